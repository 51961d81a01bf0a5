'use strict'

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { GENUINE, call } = require('../helpers/genuine.js')
const { survivesFailures } = require('../helpers/hooks.js')
const { HOUR, aSession, eachStyle, fails, gives, useStores } = require('../helpers/stores.js')

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

  test('what unserialize gives is what get and all give, as with connect-mongo', async (t) => {
    const results = [
      'text',
      '',
      5,
      0,
      true,
      false,
      5n,
      Symbol('of the hook'),
      ['a', 'list'],
      () => {},
      new Map([[1, 2]]),
    ]
    for (const result of results) {
      const { store, collection, mongoUrl } = server.open(t, { unserialize: () => result }, style)
      const later = server.open(t, { unserialize: async () => result }, style)
      const genuine = GENUINE['connect-mongo 6']({
        mongoUrl,
        collectionName: store.collectionName,
        autoRemove: 'disabled',
        unserialize: () => result,
      })
      t.after(() => genuine.close())
      await collection.insertOne({ _id: 's', session: 'text' })
      await later.collection.insertOne({ _id: 's', session: 'text' })
      for (const each of [store, later.store]) {
        assert.equal(await gives(each, 'get', 's'), await call(genuine, 'get', 's'))
        assert.deepEqual(await each.all(), await call(genuine, 'all'))
      }
    }
  })

  test('without unserialize, a stored value that is no object is no session', async (t) => {
    for (const options of [{}, { stringify: false }, { serialize: (session) => session }]) {
      const { store, collection } = server.open(t, options, style)
      await collection.insertOne({ _id: 's', session: 5 })
      await fails(store, 'get', ['s'], /The stored session is a number, not an object/)
    }
  })

  test('an object of unserialize that takes no dates is the session as it is, and can be touched', async (t) => {
    const throwing = () => {
      throw new Error('not to be read')
    }
    const expires = new Date(Date.now() + HOUR)
    const objects = {
      'a frozen session': () => Object.freeze({ cookie: Object.freeze({ expires }), a: 1 }),
      'a sealed session': () => Object.seal({ cookie: Object.seal({ expires }), a: 1 }),
      'a proxy that refuses': () =>
        new Proxy({ a: 1, cookie: { expires } }, { set: () => false, isExtensible: throwing }),
      'a proxy that throws': () => new Proxy({ a: 1 }, { set: throwing, defineProperty: throwing }),
      'a getter that throws': () => Object.defineProperty({ a: 1 }, 'hidden', { get: throwing, enumerable: false }),
      'a cookie that throws': () => ({ a: 1, cookie: Object.defineProperty({}, 'other', { get: throwing }) }),
      'a date that cannot be set': () => ({
        a: 1,
        cookie: Object.defineProperty({}, 'expires', { get: () => expires }),
      }),
      'no prototype': () => Object.assign(Object.create(null), { a: 1, cookie: { expires } }),
    }
    for (const [what, make] of Object.entries(objects)) {
      const session = make()
      const { store, collection } = server.open(t, { unserialize: () => session, touchAfter: 60 }, style)
      await collection.insertOne({ _id: 's', session: 'text', lastModified: new Date(0), expires })
      const found = await store.get('s')
      assert.equal(found, session, what)
      assert.equal(found.a, 1, what)
      await store.touch('s', found)
      assert.ok((await collection.findOne({ _id: 's' })).lastModified > new Date(0), what)
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
