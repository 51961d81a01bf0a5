'use strict'

// How operations through a client of the application end: each exactly once, by its deadline, with the driver's result.
// This also holds if the store is closed meanwhile or too many operations wait.

const assert = require('node:assert/strict')
const dns = require('node:dns')
const { once } = require('node:events')
const net = require('node:net')
const { test } = require('node:test')
const { MongoClient } = require('mongodb')
const { eachStyle, make, resultsOf, useStores } = require('../../helpers/stores.js')
const { within } = require('../../helpers/wait.js')

const server = useStores()

const never = () => new Promise(() => {})
/** A stand-in for a driver that never answers. */
const SILENT = {
  db: () => ({
    collection: () => ({
      findOne: never,
      updateOne: never,
      deleteOne: never,
      countDocuments: never,
      createIndex: never,
    }),
  }),
}
const CLOSED = { name: 'MongoNotConnectedError' }

/** A server that accepts connections and never answers. */
async function silentServer(t) {
  const sockets = new Set()
  const listener = net.createServer((socket) => sockets.add(socket.on('error', () => {})))
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    listener.close()
  })
  return `127.0.0.1:${listener.address().port}`
}

eachStyle(({ style }) => {
  /** A store through a client with an option that only the client itself supports. */
  function open(t, options, clientOptions) {
    const { mongoUrl, db } = server.place()
    const client = new MongoClient(mongoUrl, { lookup: dns.lookup, ...clientOptions })
    t.after(() => client.close())
    const store = make(style, { client, autoRemove: 'disabled', ...options })
    t.after(() => store.close())
    return { store, client, collection: db.collection('sessions') }
  }

  test('an operation whose driver never answers ends by its deadline, as do those that wait behind it', async (t) => {
    const client = { ...SILENT, options: { timeoutMS: 50 } }
    const store = make(style, { client })
    t.after(() => store.close())
    const calls = [store.get('s'), store.set('s', { cookie: {} }), store.get('s'), store.length(), store.destroy('t')]
    for (const call of calls)
      await within(
        'the answer',
        assert.rejects(call, {
          name: 'MongoOperationTimeoutError',
          message: /^timed out after 50 ms: the server did not answer/,
        }),
      )
    const stats = store.stats()
    assert.deepEqual(stats.errors, { MongoOperationTimeoutError: 5 })
    assert.deepEqual([stats.queueDepth, stats.inFlight], [0, 0])
  })

  test('timeoutMS of a connection string holds through the mongodb package, too', async (t) => {
    const silent = await silentServer(t)
    const store = make(style, {
      [style.ofUrl]: `mongodb://${silent}/?timeoutMS=80`,
      mongoOptions: { lookup: dns.lookup },
    })
    t.after(() => store.close())
    await within(
      'the answer',
      assert.rejects(store.get('s'), {
        name: 'MongoOperationTimeoutError',
        message: /^timed out after 80 ms: 127\.0\.0\.1:\d+ did not answer/,
      }),
    )
  })

  test('close answers the operations that the driver never answers', async () => {
    const store = make(style, { client: SILENT })
    const calls = Promise.allSettled([store.get('s'), store.set('s', { cookie: {} }), store.length()])
    await within('close', store.close())
    for (const { reason } of await calls) assert.equal(reason.name, 'MongoClientClosedError')
    await assert.rejects(store.get('s'), CLOSED)
  })

  test('one operation more than 65,536 that wait fails at once, and no other', async (t) => {
    const client = { ...SILENT, options: { timeoutMS: 3_600_000 } }
    const store = make(style, { client })
    t.after(() => store.close())
    const waiting = Array.from({ length: 65_536 }, (_, n) => store.get(`s${n}`))
    await assert.rejects(store.get('one more'), { name: 'MongoStoreOverloadedError' })
    assert.equal(store.stats().queueDepth + store.stats().inFlight, 65_536)
    await store.close()
    const ends = await Promise.allSettled(waiting)
    assert.ok(ends.every(({ reason }) => reason.name === 'MongoClientClosedError'))
  })

  test('an error of the server keeps its name, code and codeName', async (t) => {
    const { store } = open(t, { writeOperationOptions: { w: 5 } })
    const [error] = await resultsOf(store, 'set', 's', { cookie: {} })
    assert.equal(error.name, 'MongoServerError')
    assert.equal(error.code, 2)
    assert.equal(error.codeName, 'BadValue')
  })

  test('a missing index causes a warning, and the store works without it', async (t) => {
    const { mongoUrl, db } = server.place()
    await db.collection('sessions').createIndex({ expires: 1 })
    const client = new MongoClient(mongoUrl, { lookup: dns.lookup })
    t.after(() => client.close())
    const warned = new Promise((resolve) => {
      const listen = ({ code, message }) => {
        if (code !== 'MONGO_STORE_INDEX') return
        process.off('warning', listen)
        resolve(message)
      }
      process.on('warning', listen)
    })
    const store = make(style, { client })
    t.after(() => store.close())
    assert.match(await within('the warning', warned), /TTL index/)
    await store.set('s', { cookie: {}, a: 1 })
    assert.equal((await store.get('s')).a, 1)
  })

  test('stats count what went through the client', async (t) => {
    const { store } = open(t)
    await store.set('s', { cookie: {} })
    await Promise.all([store.get('s'), store.get('s'), store.length()])
    const { operations, batches, meanBatchSize, errors, retries } = store.stats()
    assert.deepEqual(Object.fromEntries(Object.entries(operations).map(([name, { count }]) => [name, count])), {
      set: 1,
      get: 2,
      length: 1,
    })
    for (const {
      latency: { mean, p50, p99, p999, max },
    } of Object.values(operations)) {
      assert.ok(mean > 0 && p50 > 0 && p50 <= p99 && p99 <= p999 && p999 <= max)
    }
    assert.deepEqual(
      { batches, meanBatchSize, errors, retries },
      { batches: 4, meanBatchSize: 1, errors: {}, retries: 0 },
    )
  })

  /** Through the application's client, or through the store's own. */
  const THROUGH = {
    'a client': (t, options) => open(t, options),
    'a connection string': (t, options) => {
      const { mongoUrl, db } = server.place()
      const store = make(style, {
        [style.ofUrl]: mongoUrl,
        mongoOptions: { lookup: dns.lookup },
        autoRemove: 'disabled',
        ...options,
      })
      t.after(() => store.close())
      return { store, collection: db.collection('sessions') }
    },
  }
  for (const [what, openThrough] of Object.entries(THROUGH)) {
    test(`types of BSON survive through ${what}, with the classes of the driver`, async (t) => {
      const { ObjectId, Decimal128, Long, Int32, Double, Binary, BSONRegExp, Timestamp } = require('mongodb')
      const { store, collection } = openThrough(t, { stringify: false, transformId: (sid) => new ObjectId(sid) })
      const session = {
        id: new ObjectId(),
        decimal: Decimal128.fromString('1.50'),
        long: Long.fromString('9007199254740993'),
        int: new Int32(5),
        double: new Double(5),
        bytes: new Binary(Buffer.from('abc'), 4),
        time: new Timestamp({ t: 1, i: 2 }),
        date: new Date(7),
        pattern: new BSONRegExp('a', 'ix'),
      }
      const sid = new ObjectId().toHexString()
      await store.set(sid, session)
      const raw = { promoteValues: false, promoteLongs: false, bsonRegExp: true }
      const stored = await collection.findOne({ _id: new ObjectId(sid) }, raw)
      assert.deepEqual(stored.session, session)
      const { id, decimal, long, date } = await store.get(sid)
      assert.deepEqual(
        { id, decimal, long, date },
        { id: session.id, decimal: session.decimal, long: session.long, date: session.date },
      )
      assert.equal((await store.all()).length, 1)
      await store.touch(sid, { cookie: {} })
      await store.destroy(sid)
      assert.equal(await collection.countDocuments(), 0)
    })
  }
})
