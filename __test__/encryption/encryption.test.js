'use strict'

// The option `encryption`: our own format, with keys that can change while people are logged in.

const assert = require('node:assert/strict')
const { randomBytes } = require('node:crypto')
const { inspect } = require('node:util')
const { ObjectId } = require('mongodb')
const { test } = require('node:test')
const { GENUINE, call, genuine3 } = require('../helpers/genuine.js')
const { startLoad } = require('../helpers/load.js')
const { MODERN, aSession, eachStyle, fails, recordEvents, resultsOf, useStores } = require('../helpers/stores.js')

const server = useStores()
const aKey = (id) => ({ id, secret: randomBytes(32) })
const [OLD, NEW] = [aKey('2026'), aKey('2027')]

/** Another store on the collection of an open store. */
function beside(t, { collection }, options, style) {
  return server.open(t, { [style.collectionOption]: collection.collectionName, ...options }, style)
}

eachStyle(({ style, missing, isFactory }) => {
  const open = (t, encryption, options) => server.open(t, { encryption, ...options }, style)

  test('a session is stored under the newest key and read back, whatever is in it', async (t) => {
    const { store, collection } = open(t, { keys: [NEW, OLD] })
    for (const data of [
      {},
      { text: 'zoë \u{1F511}' },
      { text: 'x'.repeat(500_000) },
      { list: [1, null, { a: true }] },
    ]) {
      await store.set('s', aSession(data))
      const { cookie, ...rest } = await store.get('s')
      assert.ok(cookie.expires)
      assert.deepEqual(rest, data)
      const { session } = await collection.findOne({ _id: 's' })
      assert.match(session, /^cmn1\.2027\.[\w-]+$/)
    }
  })

  test('values of BSON survive with stringify: false', async (t) => {
    const { store } = open(t, { keys: [NEW] }, { stringify: false })
    const session = { date: new Date(5), id: new ObjectId(), bytes: Buffer.from([0, 255]) }
    await store.set('s', session)
    const { date, id, bytes } = await store.get('s')
    assert.deepEqual([date, String(id), Buffer.from(bytes.buffer)], [session.date, String(session.id), session.bytes])
  })

  test('a new key is added and an old one removed without logging anybody out', async (t) => {
    const first = open(t, { keys: [OLD] })
    await first.store.set('s', { a: 1 })
    const both = beside(t, first, { encryption: { keys: [NEW, OLD] } }, style)
    assert.deepEqual(await both.store.get('s'), { a: 1 })
    await both.store.set('s', { a: 2 })
    await first.store.set('t', { a: 3 })
    const last = beside(t, first, { encryption: { keys: [NEW] } }, style)
    assert.deepEqual(await last.store.get('s'), { a: 2 })
    await fails(last.store, 'get', ['t'], { code: 'ERR_SESSION_KEY' })
  })

  test('keys are rotated under load: nothing is lost, and in the end all records carry the new id', async (t) => {
    const first = open(t, { keys: [OLD] })
    const stages = [
      first,
      ...[
        [OLD, NEW],
        [NEW, OLD],
      ].map((keys) => beside(t, first, { encryption: { keys } }, style)),
    ]
    let stage = 0
    const counts = Array(64).fill(0)
    const load = startLoad(64, async (worker) => {
      const { store } = stages[stage]
      const session = await store.get(`s${worker}`)
      assert.equal(session?.n ?? 0, counts[worker])
      counts[worker] += 1
      await store.set(`s${worker}`, { n: counts[worker] })
    })
    const hasRun = async () => {
      const until = counts.map((n) => n + 3)
      while (!counts.every((n, worker) => n >= until[worker]) && load.errors.length === 0)
        await new Promise(setImmediate)
    }
    for (stage of [0, 1, 2]) await hasRun()
    await load.stop()
    assert.deepEqual(load.errors, [])
    const last = beside(t, first, { encryption: { keys: [NEW] } }, style)
    assert.equal(await first.collection.countDocuments({ session: /^cmn1\.2027\./ }), 64)
    const sessions = await Promise.all(counts.map((_, worker) => last.store.get(`s${worker}`)))
    assert.deepEqual(
      sessions.map(({ n }) => n),
      counts,
    )
  })

  test('a record that is copied to another session, changed or cut is refused', async (t) => {
    const { store, collection } = open(t, { keys: [NEW] })
    await store.set('s', { user: 'ann' })
    const document = await collection.findOne({ _id: 's' })
    await collection.insertOne({ ...document, _id: 't' })
    await fails(store, 'get', ['t'], { name: 'MongoStoreCryptoError', code: 'ERR_SESSION_TAMPERED' })
    const { session } = document
    const changes = [
      session.slice(0, -30),
      session.replace('2027', '2026'),
      `${session}A`,
      '{"user":"eve"}',
      session.slice(0, -1) + (session.endsWith('A') ? 'Q' : 'A'),
    ]
    for (const stored of changes) {
      await collection.updateOne({ _id: 's' }, { $set: { session: stored } })
      await fails(store, 'get', ['s'], { name: 'MongoStoreCryptoError', code: /^ERR_SESSION_(TAMPERED|FORMAT|KEY)$/ })
    }
    assert.deepEqual(await store.all(), [])
  })

  test('records of connect-mongo are read beside it, and written anew', async (t) => {
    const first = open(t, { keys: [NEW] })
    const { mongoUrl, collection } = first
    const place = { mongoUrl, collectionName: collection.collectionName, autoRemove: 'disabled' }
    const genuine = [
      GENUINE['connect-mongo 6']({ ...place, crypto: { secret: 'squirrel' } }),
      genuine3({ ...place, secret: 'oak tree' }),
    ]
    t.after(() => Promise.all(genuine.map((store) => store.close())))
    await call(genuine[0], 'set', 'six', { from: 6 })
    await call(genuine[1], 'set', 'three', { from: 3 })
    await first.store.set('ours', { from: 0 })
    const { store } = beside(
      t,
      first,
      { encryption: { keys: [NEW] }, crypto: { secret: 'squirrel' }, secret: 'oak tree' },
      style,
    )
    for (const [sid, from] of Object.entries({ six: 6, three: 3, ours: 0 })) {
      const session = await store.get(sid)
      assert.deepEqual(session, { from })
      await store.set(sid, session)
    }
    assert.equal(await collection.countDocuments({ session: /^cmn1\.2027\./ }), 3)
  })

  test('an adapter of the application is read beside it', async (t) => {
    const cryptoAdapter = {
      encrypt: async (text) => `x${Buffer.from(text).toString('hex')}`,
      decrypt: async (text) => Buffer.from(text.slice(1), 'hex').toString(),
    }
    const first = server.open(t, { cryptoAdapter }, MODERN)
    await first.store.set('s', { a: 1 })
    const { store, collection } = beside(t, first, { cryptoAdapter, encryption: { keys: [NEW] } }, style)
    assert.deepEqual(await store.get('s'), { a: 1 })
    await store.set('s', { a: 2 })
    assert.match((await collection.findOne({ _id: 's' })).session, /^cmn1/)
    assert.deepEqual(await store.all(), [{ a: 2 }])
  })

  test('sessions that are not encrypted are read with readPlain alone', async (t) => {
    const first = server.open(t, {}, style)
    await first.store.set('s', { a: 1 })
    const strict = beside(t, first, { encryption: { keys: [NEW] } }, style)
    await fails(strict.store, 'get', ['s'], { code: 'ERR_SESSION_FORMAT' })
    const { store } = beside(t, first, { encryption: { keys: [NEW], readPlain: true } }, style)
    assert.deepEqual(await store.get('s'), { a: 1 })
    await store.set('s', { a: 2 })
    assert.deepEqual(await strict.store.get('s'), { a: 2 })
  })

  test('hashIds: no document has the id of its session', async (t) => {
    const { store, collection } = open(t, { keys: [NEW], hashIds: true })
    const events = recordEvents(store, ['create', 'update', 'destroy'])
    await store.set('the sid', aSession({ a: 1 }))
    await store.touch('the sid', aSession())
    assert.equal((await store.get('the sid')).a, 1)
    const [{ _id: id }] = await collection.find().toArray()
    assert.match(id, /^cmnid1\.[\w-]{43}$/)
    assert.equal(await store.get(id), missing)
    assert.equal((await store.all()).length, 1)
    await store.destroy('the sid')
    assert.equal(await collection.countDocuments(), 0)
    assert.deepEqual(events, [
      ['create', 'the sid'],
      ['destroy', 'the sid'],
    ])
  })

  test('hashIds can be switched on, and its key changed, without logging anybody out', async (t) => {
    const plain = server.open(t, {}, style)
    const steps = [[OLD], [NEW, OLD]].map((keys) =>
      beside(t, plain, { encryption: { keys, hashIds: true, readPlain: true } }, style),
    )
    const { collection } = plain
    for (const sid of ['a', 'b', 'c']) await plain.store.set(sid, aSession({ sid }))
    for (const { store } of steps) {
      for (const sid of ['a', 'b', 'c']) {
        assert.equal((await store.get(sid)).sid, sid)
        await store.touch(sid, aSession())
      }
      await store.set('a', aSession({ sid: 'a' }))
      await store.set('b', aSession({ sid: 'b' }))
      assert.equal(await collection.countDocuments(), 3)
    }
    // An id from the database gives no access to a session.
    for (const { _id: id } of await collection.find({ _id: /^cmnid1/ }).toArray())
      assert.equal(await steps[1].store.get(id), missing)
    for (const sid of ['a', 'b', 'c']) await steps[1].store.destroy(sid)
    assert.equal(await collection.countDocuments(), 0)
    assert.match(
      String((await resultsOf(steps[1].store, 'touch', 'a', aSession()))[0]),
      style.collectionOption === 'collection' ? /null/ : /Unable to find/,
    )
  })

  test('a session that was read under an older id moves by its save, and stays gone after a logout', async (t) => {
    const first = open(t, { keys: [OLD], hashIds: true })
    const { store, collection } = beside(t, first, { encryption: { keys: [NEW, OLD], hashIds: true } }, style)
    for (const sid of ['kept', 'gone']) await first.store.set(sid, aSession({ sid }))
    const [kept, gone] = [await store.get('kept'), await store.get('gone')]
    await store.set('kept', kept)
    await store.set('kept', kept)
    assert.equal((await store.get('kept')).sid, 'kept')
    assert.equal(await first.store.get('kept'), missing)
    await first.store.destroy('gone')
    await assert.rejects(store.set('gone', gone), { code: 'ERR_SESSION_GONE' })
    assert.equal(await collection.countDocuments(), 1)
  })

  test('a session that is read while its id moves is always there', async (t) => {
    const first = open(t, { keys: [OLD], hashIds: true })
    const { store } = beside(t, first, { encryption: { keys: [NEW, OLD], hashIds: true } }, style)
    for (let n = 0; n < 30; n += 1) {
      const sid = `s${n}`
      await first.store.set(sid, { n })
      const results = await Promise.all([store.get(sid), store.set(sid, { n }), store.get(sid), store.get(sid)])
      assert.deepEqual([results[0], results[2], results[3]], [{ n }, { n }, { n }])
    }
  })

  test('no secret is in what is printed of a store or an error', async (t) => {
    const secret = 'an oak tree and squirrels, 32 bytes'
    const { store, collection } = open(
      t,
      { keys: [{ id: 'a', secret }] },
      { crypto: { secret: 'squirrel' }, secret: 'oak tree' },
    )
    await collection.insertOne({ _id: 's', session: 'x', expires: new Date(Date.now() + 60_000) })
    const error = await store.get('s').catch((thrown) => thrown)
    for (const value of [store, store.options, store.stats(), error]) {
      assert.doesNotMatch(inspect(value, { depth: 9 }) + JSON.stringify(value.options ?? null), /squirrel|oak tree/)
    }
  })

  test('options that cannot be honoured are refused by name, without the secret', (t) => {
    const secret = 'hunter2'.repeat(5)
    const key = { id: 'a', secret }
    const wrong = [
      [{ encryption: {} }, /encryption\.keys/],
      [{ encryption: { keys: [] } }, /encryption\.keys/],
      [{ encryption: { keys: [{ id: 'a', secret: 'hunter2' }] } }, /at least 32/],
      [{ encryption: { keys: [{ id: 'a' }] } }, /"a" in encryption\.keys is undefined/],
      [{ encryption: { keys: [{ id: 'a.b', secret }] } }, /letters, digits/],
      [{ encryption: { keys: [key, key] } }, /same id/],
      [{ encryption: { keys: [key], colour: 'red' } }, /colour/],
      [{ encryption: { keys: [key], hashIds: 'yes' } }, /hashIds/],
      [{ encryption: { keys: [key], hashIds: true }, transformId: (sid) => sid }, /transformId/],
      [{ onDecryptError: 'ignore' }, /onDecryptError/],
    ]
    const ofModern = [
      [
        { crypto: { secret }, cryptoAdapter: null },
        /^Provide either the legacy crypto option or cryptoAdapter, not both$/,
      ],
      [{ crypto: {} }, /^createKrupteinAdapter requires a non-empty secret$/],
      [{ crypto: { secret: '' } }, /^createKrupteinAdapter requires a non-empty secret$/],
      [{ crypto: { secret: undefined } }, /requires a non-empty secret: crypto\.secret is undefined$/],
      [{ cryptoAdapter: {} }, /cryptoAdapter/],
    ]
    const ofFactory = [
      [{ secret, algorithm: 'aes-256-cbc' }, /algorithm/],
      [{ secret, iv_size: 13 }, /iv_size/],
      [{ secret, iv_size: 2 ** 28 }, /iv_size/],
      [{ secret: 5 }, /secret/],
    ]
    for (const [options, expected] of [...wrong, ...(isFactory ? ofFactory : ofModern)]) {
      assert.throws(
        () => server.open(t, options, style),
        ({ message }) => {
          assert.match(message, expected)
          assert.doesNotMatch(message, /hunter2/)
          return true
        },
      )
    }
  })

  test('options that ask for no encryption are accepted', async (t) => {
    for (const options of [
      { crypto: null },
      { crypto: { secret: false } },
      { cryptoAdapter: null },
      { secret: '' },
      { secret: false },
      { encryption: null },
    ]) {
      const { store, collection } = server.open(t, options, style)
      await store.set('s', { a: 1 })
      assert.deepEqual(await store.get('s'), { a: 1 })
      assert.match((await collection.findOne({ _id: 's' })).session, /^\{/)
    }
  })
})
