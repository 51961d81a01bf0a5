'use strict'

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { Binary, ObjectId } = require('mongodb')
const { survivesFailures } = require('../helpers/hooks.js')
const { aSession, eachStyle, fails, recordEvents, useStores } = require('../helpers/stores.js')

const server = useStores()
const idsOf = async (collection) => (await collection.find().toArray()).map(({ _id }) => _id)

eachStyle(({ style, missing }) => {
  test('transformId makes the _id of a document, for every method that takes an id', async (t) => {
    for (const transformId of [
      (sid) => `hidden-${sid}`,
      async (sid) => `hidden-${sid}`,
      (sid) => ({ then: (resolve) => resolve(`hidden-${sid}`) }),
    ]) {
      const { store, collection } = server.open(t, { transformId }, style)
      await store.set('s', aSession({ a: 1 }))
      assert.deepEqual(await idsOf(collection), ['hidden-s'])
      assert.equal((await store.get('s')).a, 1)
      const later = new Date(Date.now() + 7_200_000)
      await store.touch('s', { cookie: { expires: later } })
      assert.deepEqual((await collection.findOne({ _id: 'hidden-s' })).expires, later)
      assert.equal((await store.load('s')).id, 's')
      assert.equal(await store.get('hidden-s'), missing)
      await store.destroy('s')
      assert.deepEqual(await idsOf(collection), [])
    }
  })

  test('events have the id from before transformId', async (t) => {
    const { store } = server.open(t, { transformId: (sid) => `hidden-${sid}` }, style)
    const events = recordEvents(store, ['create', 'set', 'get', 'touch', 'destroy'])
    await store.set('s', {})
    await store.get('s')
    await store.touch('s', {})
    await store.destroy('s')
    assert.deepEqual(
      events.map(([name, sid]) => [name, sid]),
      ['create', 'set', 'get', 'touch', 'destroy'].map((name) => [name, 's']),
    )
  })

  test('transformId may give an id that is not text', async (t) => {
    const ids = {
      objectId: new ObjectId(),
      number: 5,
      fraction: 0.5,
      yes: true,
      date: new Date(0),
      document: { a: 1 },
      bytes: new Binary(Buffer.from('bytes')),
    }
    const { store, collection } = server.open(t, { transformId: (sid) => ids[sid] }, style)
    for (const [sid, id] of Object.entries(ids)) {
      await store.set(sid, { sid })
      assert.deepEqual(await store.get(sid), { sid })
      assert.equal(JSON.parse((await collection.findOne({ _id: { $eq: id } })).session).sid, sid)
    }
    assert.equal(await collection.countDocuments(), Object.keys(ids).length)
  })

  test('the result of transformId is an id, never a query', async (t) => {
    for (const query of [{ $gt: '' }, { $ne: null }, { $exists: true }, /.*/]) {
      const { store, collection } = server.open(t, { transformId: (sid) => (sid === 'evil' ? query : sid) }, style)
      await store.set('victim', { a: 1 })
      assert.equal(await store.get('evil').catch(() => missing), missing)
      await store.touch('evil', {}).catch(() => {})
      await store.destroy('evil').catch(() => {})
      await store.set('evil', { a: 2 }).catch(() => {})
      assert.equal(JSON.parse((await collection.findOne({ _id: 'victim' })).session).a, 1)
    }
  })

  test('transformId must return an id', async (t) => {
    for (const nothing of [undefined, null, 'a\ud800']) {
      for (const transformId of [() => nothing, async () => nothing]) {
        const { store, collection } = server.open(t, { transformId }, style)
        await collection.insertMany([
          { _id: null, session: '{}' },
          { _id: 'a\ufffd', session: '{}' },
        ])
        const before = await collection.find().toArray()
        for (const [method, ...rest] of [['get'], ['set', {}], ['touch', {}], ['destroy']]) {
          await fails(store, method, ['s', ...rest], /transformId returned/)
        }
        assert.deepEqual(await collection.find().toArray(), before)
      }
    }
  })

  test('transformId gives an id that cannot be stored: an error', async (t) => {
    const circular = {}
    circular.self = circular
    for (const id of [
      circular,
      {
        get a() {
          throw new Error('of the getter')
        },
      },
    ]) {
      const { store } = server.open(t, { transformId: () => id }, style)
      for (const [method, ...rest] of [['get'], ['set', {}], ['touch', {}], ['destroy']])
        await fails(store, method, ['s', ...rest], Error)
    }
  })

  test('transformId is not called for an invalid session id', async (t) => {
    const asked = []
    const { store } = server.open(t, { transformId: (sid) => asked.push(sid) }, style)
    for (const sid of [undefined, null, '', 5, { $gt: '' }]) await assert.rejects(store.get(sid), /session id must/)
    assert.deepEqual(asked, [])
  })

  test('a subclass may compute the _id by computeStorageId', async (t) => {
    const { store, collection } = server.open(t, {}, style)
    assert.equal(store.computeStorageId('s'), 's')
    store.computeStorageId = (sid) => `patched-${sid}`
    await store.set('s', { a: 1 })
    assert.deepEqual(await idsOf(collection), ['patched-s'])
    assert.deepEqual(await store.get('s'), { a: 1 })
  })

  test('transformId that is no function is refused', (t) => {
    for (const transformId of ['sha1', {}, true, 5]) {
      assert.throws(() => server.open(t, { transformId }, style), {
        name: 'TypeError',
        message: /The option transformId must be a function/,
      })
    }
  })
})

survivesFailures(server, 'transformId', [
  ['get', 's'],
  ['set', 's', { a: 1 }],
  ['touch', 's', {}],
  ['destroy', 's'],
  ['load', 's'],
])
