'use strict'

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { Decimal128, ObjectId } = require('mongodb')
const { MongoStore: Genuine } = require('connect-mongo-6')
const { call } = require('../helpers/genuine.js')
const { HOUR, aSession, eachStyle, fails, resultsOf, useStores } = require('../helpers/stores.js')

const server = useStores()

/** Values in a session, one per kind. It is a function because some may be written only once. */
const values = () => ({
  text: 'Zoë\0',
  empty: '',
  yes: true,
  nothing: null,
  unset: undefined,
  date: new Date(12_345),
  pattern: /a+/gi,
  numbers: [0, 1, -1, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), 2 ** 53, 0.5, -0, 1e300, NaN, Infinity],
  big: 5n,
  list: [undefined, [], {}],
  map: new Map([['a', 1]]),
  set: new Set([1]),
  buffer: Buffer.from('bytes'),
  bytes: new Uint8Array([1, 2]),
  id: new ObjectId('0123456789abcdef01234567'),
  decimal: Decimal128.fromString('0.1'),
  method() {},
  'a.b': { $set: 1 },
})

eachStyle(({ style, missing }) => {
  test('with stringify: false, a session with a function named then is no promise, and is stored', async (t) => {
    const { store } = server.open(t, { stringify: false }, style)
    for (const then of [() => {}, class {}]) {
      await store.set('s', aSession({ a: 1, then }))
      assert.equal((await store.get('s')).a, 1)
      await store.destroy('s')
    }
  })

  test('with stringify: false, the session is stored as a document, just as connect-mongo stores it', async (t) => {
    const { store, collection, dbName } = server.open(t, { stringify: false }, style)
    const { collectionName } = collection
    const genuine = Genuine.create({
      client: server.client(),
      dbName,
      collectionName,
      autoRemove: 'disabled',
      stringify: false,
    })
    const session = aSession(values())
    await store.set('ours', session)
    await new Promise((resolve, reject) =>
      genuine.set('theirs', session, (error) => (error ? reject(error) : resolve())),
    )

    const exact = { promoteValues: false, promoteLongs: false, promoteBuffers: false }
    const [ours, theirs] = await collection.find({}, exact).sort({ _id: 1 }).toArray()
    assert.deepEqual(ours.session, theirs.session)
    assert.deepEqual(Object.keys(ours.session), Object.keys(theirs.session))
    assert.deepEqual(ours.expires, theirs.expires)
  })

  test('a property called __proto__ is stored and read like any other, in both forms', async (t) => {
    const text = '{"__proto__":{"admin":true},"deep":{"__proto__":{"admin":true}},"a":1}'
    for (const options of [{}, { stringify: false }, { touchAfter: 60 }, { touchAfter: 60, stringify: false }]) {
      const { store } = server.open(t, options, style)
      await store.set('s', { ...JSON.parse(text), lastModified: new Date(0) })
      for (const found of [await store.get('s'), ...(await store.all())]) {
        const others = { ...found }
        delete others.lastModified
        assert.equal(JSON.stringify(others), text)
        assert.equal(Object.getPrototypeOf(found), Object.prototype)
        assert.equal(found.admin, undefined)
        assert.equal(found.deep.admin, undefined)
      }
      await store.set('s', await store.get('s'))
      assert.deepEqual(Object.keys(await store.get('s')).slice(0, 3), ['__proto__', 'deep', 'a'])
    }
  })

  test('sessions of odd objects are stored as connect-mongo stores them', async (t) => {
    const { mongoUrl } = server.open(t, {}, style)
    const cookie = () => ({ expires: new Date(Date.now() + HOUR), path: '/' })
    const own = { cookie: { enumerable: true, value: cookie() }, a: { enumerable: true, get: () => 1 } }
    const sessions = {
      'with toJSON': { cookie: cookie(), a: 1, toJSON: () => ({ cookie: { path: '/' }, b: 2 }) },
      'without a prototype': Object.assign(Object.create(null), { cookie: cookie(), a: 1 }),
      'with a getter': Object.defineProperties({}, own),
      'a list': Object.assign(['a'], { cookie: cookie() }),
      'with a class': new (class Session {
        cookie = cookie()
        a = 1
      })(),
    }
    for (const stringify of [true, false]) {
      for (const [what, session] of Object.entries(sessions)) {
        const { store, collection } = server.open(t, { stringify, touchAfter: 60 }, style)
        const collectionName = store.collectionName
        const genuine = Genuine.create({ mongoUrl, collectionName, autoRemove: 'disabled', stringify, touchAfter: 60 })
        t.after(() => genuine.close())
        await store.set('ours', session)
        await call(genuine, 'set', 'theirs', session)
        const [ours, theirs] = await collection.find().sort({ _id: 1 }).toArray()
        assert.deepEqual(ours.session, theirs.session, what)
        assert.deepEqual(ours.expires, theirs.expires, what)
        assert.deepEqual((await store.get('ours')).cookie, (await call(genuine, 'get', 'ours')).cookie, what)
      }
    }
  })

  test('a getter that throws makes set fail with its own error', async (t) => {
    const thrown = new RangeError('of the getter')
    const fail = () => {
      throw thrown
    }
    const getter = { enumerable: true, get: fail }
    const sessions = [
      Object.defineProperty({}, 'a', getter),
      { cookie: Object.defineProperty({}, 'expires', getter) },
      { toJSON: fail, cookie: { toJSON: fail } },
    ]
    for (const stringify of [true, false]) {
      const { store, collection } = server.open(t, { stringify }, style)
      for (const session of sessions) assert.equal(await fails(store, 'set', ['s', session], RangeError), thrown)
      assert.equal(await collection.countDocuments(), 0)
    }
  })

  test('a property that is not stored may throw when it is read', async (t) => {
    const session = Object.defineProperty(aSession({ user: 'a' }), 'req', {
      get() {
        throw new RangeError('of the getter')
      },
    })
    for (const stringify of [true, false]) {
      const { store } = server.open(t, { stringify }, style)
      await store.set('s', session)
      await store.touch('s', session)
      assert.equal((await store.get('s')).user, 'a')
    }
  })

  test('a cookie whose date is none has the lifetime of the store', async (t) => {
    const { store, collection } = server.open(t, { ttl: 60, touchAfter: 60 }, style)
    for (const expires of [NaN, new Date(NaN), 'never', {}, [], 8.64e15 + 1, -Infinity, '']) {
      for (const lastModified of [undefined, NaN, new Date(NaN), 'never', 8.64e15 + 1]) {
        const before = Date.now()
        await store.set('s', { cookie: { expires }, lastModified })
        await store.touch('s', { cookie: { expires }, lastModified })
        const { expires: stored } = await collection.findOne({ _id: 's' })
        assert.ok(stored >= before + 60_000 && stored <= Date.now() + 60_000, String(expires))
      }
    }
  })

  test('with stringify: false, get gives dates as dates, the cookie with its own among them', async (t) => {
    const { store } = server.open(t, { stringify: false }, style)
    const given = aSession({ date: new Date(12_345), list: [1] })
    await store.set('s', given)
    const later = new Date(Date.now() + 2 * HOUR)
    await store.touch('s', { cookie: { expires: later } })
    const { cookie, ...data } = await store.get('s')
    assert.deepEqual(data, { date: new Date(12_345), list: [1] })
    assert.deepEqual(cookie.expires, later)
    assert.ok(cookie.expires instanceof Date)
    assert.equal(cookie.originalMaxAge, given.cookie.originalMaxAge)
  })

  test('with stringify: false, a session without a cookie gets none', async (t) => {
    const { store, collection } = server.open(t, { stringify: false }, style)
    await store.set('s', { a: 1 })
    assert.deepEqual((await collection.findOne({ _id: 's' })).session, { a: 1 })
  })

  test('with stringify: false, the properties that express-session adds to a session are not stored', async (t) => {
    const { store, collection } = server.open(t, { stringify: false }, style)
    const session = store.createSession({ sessionID: 's', sessionStore: store, secret: 'x' }, aSession({ a: 1 }))
    await store.set('s', session)
    assert.deepEqual(Object.keys((await collection.findOne({ _id: 's' })).session).sort(), ['a', 'cookie'])
  })

  test('only false switches stringify off', async (t) => {
    for (const stringify of [undefined, true, null, 0, '']) {
      const { store, collection } = server.open(t, { stringify }, style)
      await store.set('s', { a: 1 })
      assert.equal((await collection.findOne({ _id: 's' })).session, '{"a":1}')
    }
  })

  test('stringify can be changed while people are logged in: either reads what the other stored', async (t) => {
    const text = server.open(t, {}, style)
    const where = { [style.ofUrl]: text.mongoUrl, [style.collectionOption]: text.collection.collectionName }
    const objects = server.open(t, { ...where, stringify: false }, style)
    const session = { cookie: { path: '/' }, a: [1, { b: true }] }
    await text.store.set('text', session)
    await objects.store.set('object', session)
    for (const { store } of [text, objects]) {
      assert.deepEqual(await store.get('text'), session)
      assert.deepEqual(await store.get('object'), session)
      assert.equal((await store.all()).length, 2)
    }
  })

  test('with stringify: false, set fails for a value that is not a document, and keeps the stored one', async (t) => {
    const { store, collection } = server.open(t, { stringify: false }, style)
    await store.set('s', { a: 1 })
    const before = await collection.find().toArray()
    const circular = { inner: {} }
    circular.inner.self = circular.inner
    const bad = {
      'no object': [undefined, null, 'text', 5, true, Symbol('s')],
      'a circular structure': [circular],
      'a getter that throws': [
        {
          get user() {
            throw new Error('of the getter')
          },
        },
      ],
      'a cookie that throws': [
        {
          cookie: {
            toJSON() {
              throw new Error('of the cookie')
            },
          },
        },
      ],
      'a map with keys that are no text': [{ map: new Map([[5, 1]]) }],
      'over 16 MB': [{ text: 'x'.repeat(16 * 2 ** 20) }, { bytes: Buffer.alloc(17 * 2 ** 20) }],
    }
    for (const [what, sessions] of Object.entries(bad)) {
      await t.test(what, async () => {
        for (const session of sessions) await fails(store, 'set', ['s', session], Error)
      })
    }
    assert.deepEqual(await collection.find().toArray(), before)
  })

  test('with stringify: false, set does not throw for a cookie whose date cannot be read', async (t) => {
    const { store } = server.open(t, { stringify: false }, style)
    const [error] = await resultsOf(store, 'set', 's', { cookie: { expires: 10n } })
    assert.ok(error === null || error instanceof Error)
  })

  test('with stringify: false, null and an absent session are no session', async (t) => {
    const { store, collection } = server.open(t, { stringify: false }, style)
    await collection.insertMany([{ _id: 'null', session: null }, { _id: 'absent' }])
    assert.equal(await store.get('null'), missing)
    assert.equal(await store.get('absent'), missing)
    assert.deepEqual(await store.all(), [])
  })
})
