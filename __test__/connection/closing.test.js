'use strict'

// close() answers every earlier operation and executes no later one. It always ends, whatever the state of the server.

const assert = require('node:assert/strict')
const { once } = require('node:events')
const { mock, test } = require('node:test')
const { MongoClient } = require('mongodb')
const { connectionsOf } = require('../helpers/connections.js')
const { FACTORY, HOUR, aSession, eachStyle, fails, resultsOf, useStores } = require('../helpers/stores.js')
const { useOwnServer } = require('../helpers/server.js')
const { inTime, until, within } = require('../helpers/wait.js')

const server = useStores()
/** A server that a test may kill. */
const mortal = useOwnServer()

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
const MANY = 200
/** How long a store that is closed waits for a server of which it has heard nothing yet, in ms. */
const UNHEARD = 2000
/** Longer than any wait of a test, so that an operation or a close that waits for it fails. */
const mongoOptions = { serverSelectionTimeoutMS: 10_000_000 }

const session = (n) => ({ cookie: {}, n })

eachStyle(({ style }) => {
  test('close gives nothing, by a promise and by a callback', async (t) => {
    assert.deepEqual(await within('the callback', resultsOf(server.open(t, { mongoOptions }, style).store, 'close')), [
      null,
    ])
    const { store } = server.open(t, { mongoOptions }, style)
    assert.equal(await within('close', store.close()), undefined)
    assert.deepEqual(await resultsOf(store, 'close'), [null])
    const promise = store.close(() => {})
    assert.ok(promise instanceof Promise)
    await promise
  })

  test('close can be called again, and while it is under way', async (t) => {
    for (const isConnected of [false, true]) {
      const { store } = server.open(t, { mongoOptions }, style)
      if (isConnected) await store.set('s', session(0))
      await within('all', Promise.all([store.close(), store.close(), resultsOf(store, 'close')]))
      await within('the last', store.close())
    }
  })

  test('close waits for the operations that were called before, which are answered first', async (t) => {
    const { collection, writes, answered } = await inTime(UNHEARD, async () => {
      const opened = server.open(t, {}, style)
      const calls = Array.from({ length: 100 }, (_, number) => opened.store.set(`id-${number}`, { number }))
      let first = 0
      for (const call of calls) call.then(() => (first += 1)).catch(() => {})
      await opened.store.close()
      return { ...opened, writes: calls, answered: first }
    })
    await Promise.all(writes)
    assert.equal(answered, 100)
    assert.equal(await collection.countDocuments(), 100)
  })

  test('close before there is a connection is not an error', async (t) => {
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

  test('operations called while the store is closing fail', async (t) => {
    const { store } = server.open(t, { mongoOptions }, style)
    await store.set('s', session(0))
    const closed = store.close()
    for (const [method, args] of CALLS) await assert.rejects(store[method](...args), CLOSED, method)
    await closed
    for (const [method, args] of CALLS) await assert.rejects(store[method](...args), CLOSED, method)
  })

  test('close ends the timer that removes expired sessions, and leaves none on the store', async (t) => {
    const clearInterval = mock.method(globalThis, 'clearInterval')
    t.after(() => clearInterval.mock.restore())
    const { store } = server.open(t, { autoRemove: 'interval', autoRemoveInterval: 0.002 }, style)
    const { timer } = store
    assert.notEqual(timer, undefined)
    const closed = store.close()
    assert.equal(store.timer, undefined)
    assert(clearInterval.mock.calls.some((call) => call.arguments[0] === timer))
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

  test('close survives an invalid callback', async (t) => {
    const { store } = server.open(t, {}, style)
    await store.close(5).catch((error) => assert.ok(error instanceof TypeError))
    await store.close(null)
  })
})

eachStyle(({ style }) => {
  let databases = 0
  function open(options) {
    databases += 1
    const url = mortal.current.url(`close-${style.ofUrl}-${databases}`)
    return new style.Store({ [style.ofUrl]: url, mongoOptions: { ...mongoOptions, ...options } })
  }
  const setMany = (store) =>
    Promise.allSettled(Array.from({ length: MANY }, (_, n) => store.set(`sid${n}`, session(n))))

  for (const isNew of [false, true]) {
    test(`operations in flight succeed when ${isNew ? 'a store that was just made' : 'a store'} is closed`, async () => {
      const results = await inTime(UNHEARD, async () => {
        const store = open()
        if (!isNew) await store.set('sid', session(0))
        const inFlight = setMany(store)
        await within('close', store.close())
        return within('the answers', inFlight)
      })
      assert.deepEqual(
        results.filter(({ status }) => status !== 'fulfilled'),
        [],
      )
    })
  }

  test('close leaves no connection behind', async (t) => {
    const client = new MongoClient(mortal.current.uri)
    t.after(() => client.close())
    const appName = `closed-${style.ofUrl}`
    const store = open({ appName })
    await setMany(store)
    await store.collectionP
    assert((await connectionsOf(client, appName)) > 0)
    await within('close', store.close())
    await until('the connections to end', async () => (await connectionsOf(client, appName)) === 0)
  })

  async function allFail(inFlight) {
    for (const { status, reason } of await within('the answers', inFlight)) {
      assert.equal(status, 'rejected')
      assert(reason instanceof Error)
      assert.match(reason.name, /^Mongo/, reason.stack)
    }
  }

  /** After `disturb`, operations in flight fail with errors, and close ends. */
  async function endsWithout({ disturb, mend, options }) {
    const store = open(options)
    await store.set('sid', session(0))
    try {
      await disturb()
      const inFlight = setMany(store)
      await within('close', store.close())
      await allFail(inFlight)
    } finally {
      await mend()
    }
  }

  test('close ends without a server that was killed', () =>
    endsWithout({ disturb: () => mortal.current.kill(), mend: () => mortal.current.restart() }))

  // Eventually the monitor would notice that the server is silent. Here it never does.
  test('close ends without a server that is frozen', { skip: process.platform === 'win32' }, () =>
    endsWithout({
      options: { heartbeatFrequencyMS: 10_000_000 },
      disturb: () => mortal.current.kill('SIGSTOP'),
      mend: () => mortal.current.kill('SIGCONT'),
    }),
  )

  test('close ends without a server that never was there', async () => {
    const store = new style.Store({ [style.ofUrl]: 'mongodb://127.0.0.1:1/x', mongoOptions })
    const inFlight = setMany(store)
    await within('close', store.close())
    await allFail(inFlight)
  })
})

test('the state of a store of the factory stays connected after close, as in connect-mongo 3', async (t) => {
  const { store } = server.open(t, {}, FACTORY)
  await once(store, 'connected')
  await store.close()
  assert.equal(store.state, 'connected')
})
