'use strict'

// What a store reports about itself: `stats()`, and its diagnostics channels.

const assert = require('node:assert/strict')
const { AsyncLocalStorage } = require('node:async_hooks')
const { subscribe, unsubscribe, channel } = require('node:diagnostics_channel')
const { test } = require('node:test')
const MongoStore = require('connect-mongo-native')
const { hasAddon } = require('../helpers/addon.js')
const { useFaultyServer } = require('../helpers/faulty-server.js')
const { aSession, useStores } = require('../helpers/stores.js')
const { until } = require('../helpers/wait.js')

const server = useStores()
const slowServer = useFaultyServer()
const range = (count) => Array.from({ length: count }, (_, n) => n)
const KEYS = [
  'operations',
  'batches',
  'meanBatchSize',
  'queueDepth',
  'inFlight',
  'retries',
  'savesLeftOut',
  'conflicts',
  'errors',
]

/** Collects the messages of these methods' channels until the test ends. */
function listen(t, methods) {
  const messages = []
  for (const method of methods) {
    const name = `connect-mongo-native:${method}`
    const take = (message, from) => messages.push([from, message])
    subscribe(name, take)
    t.after(() => unsubscribe(name, take))
  }
  return messages
}

test('a store that has done nothing has all its statistics', (t) => {
  const { store } = server.open(t)
  assert.deepEqual(store.stats(), {
    operations: {},
    batches: 0,
    meanBatchSize: 0,
    queueDepth: 0,
    inFlight: 0,
    retries: 0,
    savesLeftOut: 0,
    conflicts: 0,
    errors: {},
  })
})

test('each operation is counted once, by its method, with its time in milliseconds', async (t) => {
  const { store } = server.open(t)
  const started = performance.now()
  await Promise.all(range(100).map((n) => store.set(`s${n}`, aSession({ n }))))
  await Promise.all(range(100).map((n) => store.get(`s${n}`)))
  await Promise.all(range(60).map((n) => store.touch(`s${n}`, aSession())))
  await Promise.all(range(40).map((n) => store.destroy(`s${n}`)))
  await store.length()
  await store.all()
  await store.clear()
  const elapsed = performance.now() - started

  const stats = store.stats()
  assert.deepEqual(Object.keys(stats).sort(), [...KEYS].sort())
  const counts = Object.fromEntries(Object.entries(stats.operations).map(([name, { count }]) => [name, count]))
  assert.deepEqual(counts, { get: 100, set: 100, touch: 60, destroy: 40, all: 1, length: 1, clear: 1 })
  for (const [name, { latency }] of Object.entries(stats.operations)) {
    assert.deepEqual(Object.keys(latency).sort(), ['max', 'mean', 'p50', 'p99', 'p999'], name)
    const { mean, p50, p99, p999, max } = latency
    assert.ok(p50 > 0 && p50 <= p99 && p99 <= p999 && p999 <= max, name)
    assert.ok(mean > 0 && mean <= max, name)
    assert.ok(max <= elapsed * 1.02, `${name} took ${max} ms of ${elapsed}`) // only two digits are kept
  }
  assert.ok(stats.batches > 0)
  // Without the addon, each command has one operation, also those on all sessions.
  assert.ok(hasAddon ? stats.meanBatchSize > 1 : stats.meanBatchSize === 1, `${stats.meanBatchSize}`)
  assert.ok(!hasAddon || stats.batches * stats.meanBatchSize <= 300 + 1e-6)
  assert.deepEqual([stats.queueDepth, stats.retries, stats.errors], [0, 0, {}])
})

test('operations that are not answered yet wait or are in flight', async (t) => {
  const { store } = await slowServer.open(t)
  await slowServer.current.kill('SIGSTOP')
  const calls = range(500).map((n) => store.get(`s${n}`))
  const { queueDepth, inFlight } = store.stats()
  await slowServer.current.kill('SIGCONT')
  assert.equal(queueDepth + inFlight, 500)
  await Promise.all(calls)
  await until('the end of all that is under way', () => store.stats().queueDepth + store.stats().inFlight === 0)
})

test('errors are counted by their names', async (t) => {
  const { store } = server.open(t, { writeOperationOptions: { w: 2 } })
  await Promise.allSettled(range(10).map((n) => store.set(`s${n}`, {})))
  assert.deepEqual(store.stats().errors, { MongoServerError: 10 })
  assert.equal(store.stats().operations.set.count, 10)
})

test('the statistics are there after close', async (t) => {
  const { store } = server.open(t)
  await store.set('s', {})
  await store.close()
  assert.equal(store.stats().operations.set.count, 1)
})

test('each answer is published on the channel of its method, without the session', async (t) => {
  const { store, dbName } = server.open(t)
  const methods = ['get', 'set', 'touch', 'destroy', 'all', 'length', 'clear']
  const messages = listen(t, methods)
  const secret = 'nobody-may-know'
  await store.set(secret, aSession({ secret }))
  await store.get(secret)
  await store.touch(secret, aSession())
  await store.destroy(secret)
  await store.all()
  await store.length()
  await store.clear()
  const order = ['set', 'get', 'touch', 'destroy', 'all', 'length', 'clear']
  assert.deepEqual(
    messages.map(([from]) => from),
    order.map((name) => `connect-mongo-native:${name}`),
  )
  for (const [from, message] of messages) {
    assert.deepEqual(Object.keys(message).sort(), ['collection', 'database', 'duration', 'error', 'operation'])
    assert.equal(from, `connect-mongo-native:${message.operation}`)
    assert.deepEqual([message.database, message.collection], [dbName, store.collectionName])
    assert.ok(message.duration > 0)
    assert.ok(message.error === null || message.error === undefined)
  }
  assert.ok(!JSON.stringify(messages).includes(secret))
})

test('the error of an operation is published with it', async (t) => {
  const { store } = server.open(t, { writeOperationOptions: { w: 2 } })
  const messages = listen(t, ['set'])
  const error = await store.set('s', {}).catch((reason) => reason)
  assert.equal(messages.length, 1)
  assert.equal(messages[0][1].error, error)
})

test('nothing is published without a subscriber', async (t) => {
  const { store } = server.open(t)
  const get = channel('connect-mongo-native:get')
  let published = 0
  get.publish = () => {
    published += 1
  }
  t.after(() => {
    delete get.publish
  })
  const messages = listen(t, ['set'])
  await store.set('s', {})
  await store.get('s')
  assert.deepEqual([messages.length, published], [1, 0])
})

test('a subscriber that has unsubscribed gets no more messages', async (t) => {
  const { store } = server.open(t)
  const messages = []
  const take = (message) => messages.push(message)
  subscribe('connect-mongo-native:get', take)
  await store.get('s')
  unsubscribe('connect-mongo-native:get', take)
  await store.get('s')
  assert.equal(messages.length, 1)
})

test('a subscriber runs in the asynchronous context of the call, before its answer', async (t) => {
  const context = new AsyncLocalStorage()
  const { store } = server.open(t, { touchAfter: 3600 })
  const hooked = server.open(t, { serialize: async (session) => ({ ...session }), transformId: async (sid) => sid })
  const seen = []
  for (const method of ['get', 'set', 'touch']) {
    const name = `connect-mongo-native:${method}`
    const take = ({ error }) => seen.push([method, context.getStore(), Boolean(error)])
    subscribe(name, take)
    t.after(() => unsubscribe(name, take))
  }
  /** Calls a method in a context of its own. The subscriber must have seen it when it is answered. */
  const inContext = (number, method, isError, call) =>
    context.run(number, async () => {
      await call().catch((error) => assert.ok(isError, error))
      assert.deepEqual(
        seen.filter(([, owner]) => owner === number),
        [[method, number, isError]],
      )
    })
  await store.set('live', aSession())
  seen.length = 0
  await Promise.all(
    range(50).flatMap((n) => [
      inContext(`get ${n}`, 'get', false, () => store.get('live')),
      inContext(`set ${n}`, 'set', false, () => store.set(`s${n}`, aSession())),
      inContext(`hooked ${n}`, 'set', false, () => hooked.store.set(`s${n}`, aSession())),
      inContext(`skipped ${n}`, 'touch', false, () => store.touch('live', { ...aSession(), lastModified: new Date() })),
      inContext(`refused ${n}`, 'get', true, () => store.get('')),
      inContext(`callback ${n}`, 'get', false, () => new Promise((resolve) => store.get('live', () => resolve()))),
    ]),
  )
  assert.equal(store.stats().operations.touch, undefined, 'a touch that sends nothing is not counted')
})

test('the database of a connection that is given is published as soon as it is known', async (t) => {
  let opened
  const clientPromise = new Promise((resolve) => {
    opened = resolve
  })
  const { store, dbName } = server.open(t, { clientPromise })
  const messages = listen(t, ['get'])
  await store.get('').catch(() => {}) // refused, without waiting for the connection
  opened(server.client())
  await store.get('s')
  assert.deepEqual(
    messages.map(([, { database }]) => database),
    [undefined, dbName],
  )
})

for (const [path, name] of Object.entries({
  '': 'test',
  '/?w=1': 'test',
  '/app': 'app',
  '/a%20b': 'a b',
  '/%zz': '%zz',
})) {
  test(`the database that is published for mongodb://host${path} is "${name}"`, async (t) => {
    const store = MongoStore.create({ mongoUrl: `mongodb://127.0.0.1:1${path}` })
    t.after(() => store.close())
    const messages = listen(t, ['get'])
    await store.get('').catch(() => {})
    assert.equal(messages[0][1].database, name)
  })
}
