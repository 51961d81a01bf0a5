'use strict'

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { refusesBadCallbacks } = require('../../helpers/bad-input.js')
const { eachStyle, resultsOf, useStores, withCallback } = require('../../helpers/stores.js')

const server = useStores()

eachStyle(({ style, isFactory, missing }) => {
  const value = isFactory ? true : undefined

  test('clear removes every session, expired or not, and whatever else is in the collection', async (t) => {
    const { store, collection } = server.open(t, {}, style)
    await store.set('s', { a: 1 })
    await collection.insertMany([{ expires: new Date(0) }, { other: 1 }])
    await store.clear()
    assert.equal(await collection.countDocuments(), 0)
    assert.equal(await store.get('s'), missing)
    assert.equal(await store.length(), 0)
  })

  test('clear keeps the collection with its indexes', async (t) => {
    const { store, collection } = server.open(t, {}, style)
    await collection.createIndex({ user: 1 })
    await collection.createIndex({ expires: 1 }, { expireAfterSeconds: 0 })
    await store.set('s', { a: 1 })
    const before = await collection.indexes()
    assert.equal(before.length, 3)
    await store.clear()
    assert.deepEqual(await collection.indexes(), before)
  })

  test('clear of an empty or missing collection is not an error', async (t) => {
    const { store } = server.open(t, {}, style)
    await store.clear()
    await store.set('s', {})
    await store.clear()
    assert.equal(await store.clear(), value)
  })

  test('a store works on after clear', async (t) => {
    const { store } = server.open(t, {}, style)
    await store.set('s', { a: 1 })
    await store.clear()
    await store.set('s', { a: 2 })
    assert.deepEqual(await store.get('s'), { a: 2 })
  })

  test(`clear gives ${isFactory ? 'true' : 'nothing but the absence of an error'}`, async (t) => {
    const { store } = server.open(t, {}, style)
    assert.deepEqual(await resultsOf(store, 'clear'), isFactory ? [null, true] : [null])
    assert.equal(await store.clear(), value)
    const { returned } = await withCallback(store, 'clear')
    assert.equal(await returned, value)
  })
})

refusesBadCallbacks(server, 'clear')
