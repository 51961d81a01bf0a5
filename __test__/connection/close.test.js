'use strict'

const assert = require('node:assert/strict')
const { once } = require('node:events')
const { test } = require('node:test')
const { FACTORY, HOUR, aSession, eachStyle, fails, resultsOf, useStores } = require('../helpers/stores.js')
const { within } = require('../helpers/wait.js')

const server = useStores()
const CLOSED = { name: 'MongoNotConnectedError', message: 'Client must be connected before running operations' }
const CALLS = [
  ['get', ['s']],
  ['set', ['s', { a: 1 }]],
  ['touch', ['s', aSession()]],
  ['destroy', ['s']],
  ['all', []],
  ['length', []],
  ['clear', []],
  ['load', ['s']],
]

eachStyle(({ style }) => {
  test('close gives nothing, by a promise and by a callback', async (t) => {
    const { store } = server.open(t, {}, style)
    assert.deepEqual(await resultsOf(store, 'close'), [null])
    assert.equal(await store.close(), undefined)
    const promise = store.close(() => {})
    assert.ok(promise instanceof Promise)
    await promise
  })

  test('close can be called again, and while it is under way', async (t) => {
    const { store } = server.open(t, {}, style)
    await Promise.all([store.close(), store.close(), resultsOf(store, 'close')])
    await store.close()
  })

  test('close waits for the operations that were called before, which are answered first', async (t) => {
    const { store, collection } = server.open(t, {}, style)
    const answered = []
    const writes = Array.from({ length: 100 }, (_, number) =>
      store.set(`id-${number}`, { number }).then(() => answered.push(number)),
    )
    await store.close()
    assert.equal(answered.length, 100)
    await Promise.all(writes)
    assert.equal(await collection.countDocuments(), 100)
  })

  test('close at once, before there is a connection, is no error', async (t) => {
    for (const autoRemove of ['native', 'interval', 'disabled'])
      await server.open(t, { autoRemove }, style).store.close()
  })

  test('after close every operation fails, and nothing is written', async (t) => {
    const { store, collection } = server.open(t, {}, style)
    await collection.insertOne({ _id: 's', session: '{}', expires: new Date(Date.now() + HOUR) })
    const before = await collection.find().toArray()
    await store.close()
    for (const [method, args] of CALLS) {
      await t.test(method, async () => {
        const error = await fails(store, method, args, CLOSED)
        assert.equal(error.code, undefined)
      })
    }
    assert.deepEqual(await collection.find().toArray(), before)
  })

  test('an operation called while the store is closing fails', async (t) => {
    const { store } = server.open(t, {}, style)
    const closed = store.close()
    await assert.rejects(store.get('s'), CLOSED)
    await closed
  })

  test('close stops the timer that removes expired sessions', async (t) => {
    const { store } = server.open(t, { autoRemove: 'interval' }, style)
    assert.notEqual(store.timer, undefined)
    const closed = store.close()
    assert.equal(store.timer, undefined)
    await closed
  })

  test('close answers what waits for a connection that never comes', async (t) => {
    const { store } = server.open(t, { clientPromise: new Promise(() => {}) }, style)
    const waiting = CALLS.map(([method, args]) => assert.rejects(store[method](...args), CLOSED, method))
    await within('close', store.close())
    await within('the answers', Promise.all(waiting))
  })

  test('close of one store leaves another on the same collection open', async (t) => {
    const one = server.open(t, {}, style)
    const where = { [style.ofUrl]: one.mongoUrl, [style.collectionOption]: one.collection.collectionName }
    const other = server.open(t, where, style)
    await one.store.set('s', { a: 1 })
    await one.store.close()
    assert.deepEqual(await other.store.get('s'), { a: 1 })
  })

  test('close brings nothing down when its callback is none', async (t) => {
    const { store } = server.open(t, {}, style)
    await store.close(5).catch((error) => assert.ok(error instanceof TypeError))
    await store.close(null)
  })
})

test('the state of a store of the factory stays connected after close, as in connect-mongo 3', async (t) => {
  const { store } = server.open(t, {}, FACTORY)
  await once(store, 'connected')
  await store.close()
  assert.equal(store.state, 'connected')
})
