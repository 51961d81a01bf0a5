'use strict'

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { survivesFailures } = require('../helpers/hooks.js')
const { HOUR, aSession, eachStyle, fails, useStores } = require('../helpers/stores.js')

const server = useStores()

eachStyle(({ style, missing }) => {
  test('unserialize makes the session from the stored value, for get and for all', async (t) => {
    const { store, collection } = server.open(t, { unserialize: (stored) => ({ stored }) }, style)
    for (const stored of ['text', { a: 1, date: new Date(0) }, ['list'], 5, null]) {
      await collection.replaceOne({ _id: 's' }, { session: stored }, { upsert: true })
      assert.deepEqual(await store.get('s'), { stored })
      assert.deepEqual(await store.all(), [{ stored }])
    }
  })

  test('unserialize may be asynchronous', async (t) => {
    for (const later of [async (value) => value, (value) => ({ then: (resolve) => resolve(value) })]) {
      const { store, collection } = server.open(t, { unserialize: (stored) => later({ stored }) }, style)
      await collection.insertMany([
        { _id: 's', session: 'text' },
        { _id: 't', session: 'other' },
      ])
      assert.deepEqual(await store.get('s'), { stored: 'text' })
      assert.deepEqual((await store.all()).map(({ stored }) => stored).sort(), ['other', 'text'])
    }
  })

  test('unserialize may say that there is no session', async (t) => {
    for (const nothing of [undefined, null]) {
      for (const unserialize of [() => nothing, async () => nothing]) {
        const { store, collection } = server.open(t, { unserialize, touchAfter: 60 }, style)
        await collection.insertOne({ _id: 's', session: 'text', lastModified: new Date() })
        assert.equal(await store.get('s'), missing)
        assert.deepEqual(await store.all(), [])
      }
    }
  })

  test('the result of unserialize must be an object', async (t) => {
    for (const result of ['secret text', 5, true, 5n, Symbol('secret')]) {
      for (const unserialize of [() => result, async () => result]) {
        const { store, collection } = server.open(t, { unserialize }, style)
        await collection.insertOne({ _id: 's', session: 'text' })
        const error = await fails(store, 'get', ['s'], /not an object/)
        assert.doesNotMatch(error.message, /secret/)
      }
    }
  })

  test('unserialize alone leaves stringify aside: set stores a document', async (t) => {
    for (const stringify of [true, undefined]) {
      const { store, collection } = server.open(t, { stringify, unserialize: (stored) => stored }, style)
      await store.set('s', aSession({ a: 1 }))
      const { session } = await collection.findOne({ _id: 's' })
      assert.equal(session.a, 1)
      assert.ok(session.cookie.expires instanceof Date)
    }
  })

  test('the cookie of an unserialized session has the date at which the session expires', async (t) => {
    const { store } = server.open(t, { serialize: JSON.stringify, unserialize: JSON.parse }, style)
    await store.set('s', aSession())
    const later = new Date(Date.now() + 2 * HOUR)
    await store.touch('s', { cookie: { expires: later } })
    assert.equal((await store.get('s')).cookie.expires, later.toISOString())
  })

  test('unserialize is not called for a session that has expired', async (t) => {
    const asked = []
    const { store, collection } = server.open(t, { unserialize: (stored) => asked.push(stored) }, style)
    await collection.insertOne({ _id: 's', session: 'text', expires: new Date(0) })
    assert.equal(await store.get('s'), missing)
    assert.deepEqual(await store.all(), [])
    assert.deepEqual(asked, [])
  })

  test('all leaves out the sessions for which unserialize fails', async (t) => {
    const strict = (stored) => {
      if (stored === 'bad') throw new Error('of the hook')
      return { stored }
    }
    for (const unserialize of [strict, async (stored) => strict(stored)]) {
      const { store, collection } = server.open(t, { unserialize }, style)
      await collection.insertMany([{ session: 'bad' }, { session: 'good' }, { session: 'bad' }])
      assert.deepEqual(await store.all(), [{ stored: 'good' }])
    }
  })

  test('unserialize that is no function is refused', (t) => {
    for (const unserialize of ['JSON.parse', {}, true, 5]) {
      assert.throws(() => server.open(t, { unserialize }, style), {
        name: 'TypeError',
        message: /The option unserialize must be a function/,
      })
    }
  })
})

survivesFailures(server, 'unserialize', [
  ['get', 's'],
  ['load', 's'],
])
