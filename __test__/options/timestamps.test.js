'use strict'

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { MODERN, eachStyle, useStores } = require('../helpers/stores.js')

const server = useStores()
const OLD = new Date(1000)

eachStyle(
  ({ style }) => {
    test('with timestamps, a document says when it was created and updated', async (t) => {
      const { store, collection } = server.open(t, { timestamps: true }, style)
      const read = () => collection.findOne({ _id: 's' })
      const earliest = new Date()
      await store.set('s', { a: 1 })
      const { createdAt, updatedAt, ...others } = await read()
      assert.ok(createdAt >= earliest && createdAt <= new Date())
      assert.ok(updatedAt >= earliest && updatedAt <= new Date())
      assert.deepEqual(Object.keys(others).sort(), ['_id', 'expires', 'session'])

      const makeOld = () => collection.updateOne({ _id: 's' }, { $set: { createdAt: OLD, updatedAt: OLD } })
      for (const call of [() => store.set('s', { a: 2 }), () => store.touch('s', {})]) {
        await makeOld()
        await call()
        const later = await read()
        assert.deepEqual(later.createdAt, OLD)
        assert.ok(later.updatedAt >= earliest)
      }
      await makeOld()
      await store.get('s')
      assert.deepEqual((await read()).updatedAt, OLD)
    })

    test('with timestamps, what get gives is the session alone', async (t) => {
      const { store } = server.open(t, { timestamps: true }, style)
      await store.set('s', { a: 1 })
      assert.deepEqual(await store.get('s'), { a: 1 })
    })

    test('with timestamps, a touch that touchAfter skips leaves updatedAt as it is', async (t) => {
      const { store, collection } = server.open(t, { timestamps: true, touchAfter: 60 }, style)
      await store.set('s', { cookie: {} })
      const before = await collection.findOne({ _id: 's' })
      await store.touch('s', await store.get('s'))
      assert.deepEqual(await collection.findOne({ _id: 's' }), before)
    })

    test('without timestamps, a document has none', async (t) => {
      for (const timestamps of [undefined, null, false]) {
        const { store, collection } = server.open(t, { timestamps }, style)
        await store.set('s', {})
        await store.touch('s', {})
        assert.deepEqual(Object.keys(await collection.findOne({ _id: 's' })).sort(), ['_id', 'expires', 'session'])
      }
    })
  },
  [MODERN],
)
