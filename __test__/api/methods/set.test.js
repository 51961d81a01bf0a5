'use strict'

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { MongoStore: Genuine } = require('connect-mongo-6')
const { refusesBadCallbacks, refusesBadIds } = require('../../helpers/bad-input.js')
const {
  HOUR,
  aSession,
  eachStyle,
  fails,
  gives,
  resultsOf,
  useStores,
  withCallback,
} = require('../../helpers/stores.js')

const server = useStores()
const TWO_WEEKS = 14 * 24 * HOUR

eachStyle(({ style, isFactory, missing }) => {
  test('set stores the document that connect-mongo stores', async (t) => {
    const { store, collection, dbName } = server.open(t, {}, style)
    const { collectionName } = collection
    const genuine = Genuine.create({ client: server.client(), dbName, collectionName, autoRemove: 'disabled' })
    const session = aSession({ user: 'Zoë', list: [1.5, null, { a: true }], nothing: undefined })
    await store.set('ours', session)
    await new Promise((resolve, reject) =>
      genuine.set('theirs', session, (error) => (error ? reject(error) : resolve())),
    )

    const [ours, theirs] = await collection.find().sort({ _id: 1 }).toArray()
    assert.deepEqual({ ...ours, _id: 'theirs' }, theirs)
    assert.deepEqual(Object.keys(ours), Object.keys(theirs))
  })

  test('set gives its callback null and nothing else', async (t) => {
    const { store } = server.open(t, {}, style)
    assert.deepEqual((await resultsOf(store, 'set', 's', { a: 1 }))[0], null)
    assert.equal(await gives(store, 'set', 's', { a: 1 }), undefined)
    const { returned } = await withCallback(store, 'set', 's', { a: 1 })
    assert.equal(await returned, undefined)
    assert.equal(returned instanceof Promise, isFactory)
  })

  test('set needs no callback', async (t) => {
    const { store } = server.open(t, {}, style)
    await store.set('s', { a: 1 }, undefined)
    await store.set('s', { a: 2 }, null)
    assert.deepEqual(await store.get('s'), { a: 2 })
  })

  test('set replaces the session, and keeps fields that somebody else added to the document', async (t) => {
    const { store, collection } = server.open(t, {}, style)
    await store.set('s', { old: 1 })
    await collection.updateOne({ _id: 's' }, { $set: { user: 'x' } })
    await store.set('s', { new: 1 })
    const document = await collection.findOne({ _id: 's' })
    assert.equal(document.session, '{"new":1}')
    assert.equal(document.user, 'x')
    assert.equal(await collection.countDocuments(), 1)
  })

  test('set stores a session again that was removed meanwhile', async (t) => {
    const { store } = server.open(t, {}, style)
    await store.set('s', { a: 1 })
    await store.destroy('s')
    await store.set('s', { a: 2 })
    assert.deepEqual(await store.get('s'), { a: 2 })
  })

  test('set does not change the session that it is given', async (t) => {
    const { store } = server.open(t, {}, style)
    const session = Object.freeze(aSession({ list: Object.freeze([1]) }))
    const before = JSON.stringify(session)
    await store.set('s', session)
    assert.equal(JSON.stringify(session), before)
  })

  test('set stores what the session is at the time of the call', async (t) => {
    const { store } = server.open(t, {}, style)
    const session = { a: 1 }
    const stored = store.set('s', session)
    session.a = 2
    await stored
    assert.deepEqual(await store.get('s'), { a: 1 })
  })

  test('set lets the session expire with its cookie, be the date a Date, text or a number', async (t) => {
    const { store, collection } = server.open(t, {}, style)
    const date = new Date(Date.now() + 12_345)
    for (const expires of [date, date.toISOString(), date.getTime()]) {
      await store.set('s', { cookie: { expires } })
      assert.deepEqual((await collection.findOne({ _id: 's' })).expires, date)
    }
  })

  test('set lets the session live for two weeks when its cookie has no valid date', async (t) => {
    const { store, collection } = server.open(t, {}, style)
    const sessions = [
      {},
      { cookie: null },
      { cookie: {} },
      { cookie: 'text' },
      { cookie: { expires: null } },
      { cookie: { expires: false } },
      { cookie: { expires: 'never' } },
      { cookie: { expires: new Date(NaN) } },
      { cookie: { expires: {} } },
      { cookie: { expires: Infinity } },
      { cookie: { maxAge: 1000, originalMaxAge: 1000 } },
    ]
    for (const session of sessions) {
      const earliest = Date.now() + TWO_WEEKS
      await store.set('s', session)
      const latest = Date.now() + TWO_WEEKS
      const { expires } = await collection.findOne({ _id: 's' })
      assert.ok(expires >= earliest && expires <= latest, `${expires}`)
    }
  })

  test('set accepts a date in the past, and the session has expired', async (t) => {
    const { store, collection } = server.open(t, {}, style)
    const expires = new Date(Date.now() - HOUR)
    await store.set('s', { cookie: { expires } })
    assert.deepEqual((await collection.findOne({ _id: 's' })).expires, expires)
    assert.equal(await store.get('s'), missing)
  })

  test('set fails for what cannot be a session, and leaves the stored one as it is', async (t) => {
    const { store, collection } = server.open(t, {}, style)
    await store.set('s', { a: 1 })
    const before = await collection.find().toArray()
    const circular = {}
    circular.self = circular
    const throwing = (thrown) => ({
      get user() {
        throw thrown
      },
    })
    const bad = [
      ['a circular structure', circular, TypeError],
      ['a BigInt in it', { a: 5n }, TypeError],
      ['a getter that throws', throwing(new RangeError('of the getter')), /of the getter/],
      ['a getter that throws text', throwing('of the getter'), Error],
      ['a getter that throws nothing', throwing(undefined), Error],
      [
        'a toJSON that throws',
        {
          toJSON() {
            throw new RangeError('of toJSON')
          },
        },
        /of toJSON/,
      ],
      [
        'over 16 MB',
        { text: 'x'.repeat(16 * 2 ** 20) },
        { name: 'MongoServerError', code: 10334, message: /too large/ },
      ],
    ]
    for (const [what, session, expected] of bad) {
      await t.test(what, () => fails(store, 'set', ['s', session], expected))
    }
    await t.test('a function', async () => {
      await assert.rejects(
        store.set('s', () => {}),
        TypeError,
      )
      await fails(store, 'set', ['s', () => {}], TypeError)
    })
    assert.deepEqual(await collection.find().toArray(), before)
  })

  test('after set of null or undefined there is no session', async (t) => {
    const { store } = server.open(t, {}, style)
    for (const nothing of [undefined, null]) {
      await store.set('s', { a: 1 })
      assert.equal((await resultsOf(store, 'set', 's', nothing))[0], null)
      assert.equal(await store.get('s'), missing)
    }
  })

  test('set does not throw for a cookie whose date cannot be read', async (t) => {
    const { store } = server.open(t, {}, style)
    let reads = 0
    const sessions = [
      { cookie: { expires: Symbol('never') } },
      {
        cookie: {
          expires: Object.assign(() => {}, {
            valueOf() {
              throw new Error('of valueOf')
            },
          }),
        },
      },
      // Serialisation succeeds, but the result is not readable.
      {
        get cookie() {
          if (++reads % 2 === 0) throw new Error('of the second read')
          return { path: '/' }
        },
      },
    ]
    for (const session of sessions) {
      const [error] = await resultsOf(store, 'set', 's', session)
      assert.ok(error === null || error instanceof Error)
      await store.set('s', session).catch((reason) => assert.ok(reason instanceof Error))
    }
  })

  test('set stores a session of almost 16 MB', async (t) => {
    const { store } = server.open(t, {}, style)
    const session = { text: 'x'.repeat(16 * 2 ** 20 - 200) }
    await store.set('s', session)
    assert.deepEqual(await store.get('s'), session)
  })

  test('set keeps any text', async (t) => {
    const { store } = server.open(t, {}, style)
    const session = {
      nul: 'a\0b',
      emoji: '\u{1f36a}',
      lone: '\ud800',
      line: '\u2028',
      key: { 'a.b': 1, $set: 2, '': 3, 'n\0l': 4 },
    }
    await store.set('s', session)
    assert.deepEqual(await store.get('s'), session)
  })

  test('many sessions that are set at the same time are all stored', async (t) => {
    const { store, collection } = server.open(t, {}, style)
    await Promise.all(Array.from({ length: 300 }, (_, number) => store.set(`id-${number}`, { number })))
    assert.equal(await collection.countDocuments(), 300)
    for (const { _id, session } of await collection.find().toArray()) {
      assert.deepEqual(JSON.parse(session), { number: Number(_id.slice(3)) })
    }
  })

  test('set does not fail when the same new session is set many times at once', async (t) => {
    const { store, collection } = server.open(t, {}, style)
    await Promise.all(Array.from({ length: 50 }, (_, number) => store.set('s', { number })))
    assert.equal(await collection.countDocuments(), 1)
  })
})

refusesBadIds(server, 'set', () => ({ a: 1 }))
refusesBadCallbacks(server, 'set', 's', { a: 2 })
