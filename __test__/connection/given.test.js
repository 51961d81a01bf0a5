'use strict'

// The options client, clientPromise, db, dbPromise and mongooseConnection, which pass existing connections. The tests
// of live settings and of the stacks use real connections of mongoose. Those here only look like them.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { MongoClient } = require('mongodb')
const { needsAddon } = require('../helpers/addon.js')
const { runProgram } = require('../helpers/child.js')
const { connectionsOf } = require('../helpers/connections.js')
const { FACTORY, aSession, eachStyle, fails, make, useStores } = require('../helpers/stores.js')

const server = useStores()

/** Each option, made from a client and the name of the target database. */
const GIVEN = {
  client: (client) => client,
  clientPromise: async (client) => client,
  db: (client, dbName) => client.db(dbName),
  dbPromise: async (client, dbName) => client.db(dbName),
}

/** Options of each kind. Every store uses a database that no connection string names. */
const WAYS = {
  client: (client, db) => ({ client, dbName: db.databaseName }),
  clientPromise: (client, db) => ({ clientPromise: Promise.resolve(client), dbName: db.databaseName }),
  db: (_client, db) => ({ db }),
  dbPromise: (_client, db) => ({ dbPromise: Promise.resolve(db) }),
  mongooseConnection: (client, db) => ({
    mongooseConnection: { readyState: 1, name: db.databaseName, db, getClient: () => client },
  }),
}

/** A client of the application whose connection string names the database. */
function aClient(t, options) {
  const { mongoUrl, dbName, db } = server.place()
  const client = new MongoClient(mongoUrl, options)
  t.after(() => client.close())
  return { client, dbName, db }
}

eachStyle(({ style }) => {
  for (const [option, makeGiven] of Object.entries(GIVEN)) {
    test(`${option} leads to the database of the application`, async (t) => {
      const { client, dbName, db } = aClient(t)
      const store = make(style, { [option]: makeGiven(client, dbName) })
      t.after(() => store.close())
      await store.set('s', aSession({ a: 1 }))
      assert.equal(await db.collection('sessions').countDocuments({ _id: 's' }), 1)
      assert.equal((await store.get('s')).a, 1)
    })

    test(`the ${option} of the application stays open when the store is closed`, async (t) => {
      const { client, dbName, db } = aClient(t)
      await client.connect()
      const store = make(style, { [option]: makeGiven(client, dbName) })
      await store.set('s', aSession())
      assert.equal(await (await store.collectionP).countDocuments(), 1)
      await store.close()
      assert.equal(await client.db(dbName).collection('sessions').countDocuments(), 1)
      await assert.rejects(store.get('s'), { name: 'MongoNotConnectedError' })
      assert.equal(await db.collection('sessions').countDocuments(), 1)
    })

    const skip = needsAddon('a connected client of the mongodb package keeps the process alive')
    test(`a store with ${option} does not keep the process alive`, skip, async () => {
      const { mongoUrl } = server.place()
      const { code, lines, stderr } = await runProgram(
        async ({ url, name, isFactory }) => {
          const MongoStore = require('connect-mongo-native')
          const Store = isFactory ? MongoStore(require('express-session')) : MongoStore
          const mongo = new (require('mongodb').MongoClient)(url)
          const given = {
            client: mongo,
            clientPromise: Promise.resolve(mongo),
            db: mongo.db(),
            dbPromise: Promise.resolve(mongo.db()),
          }
          const store = new Store({ [name]: given[name] })
          await store.set('s', { a: 1 })
          console.log(JSON.stringify(await store.get('s')))
        },
        { url: mongoUrl, name: option, isFactory: style === FACTORY },
      )
      assert.equal(code, 0, stderr)
      assert.deepEqual(lines, ['{"a":1}'])
    })
  }

  const unconnected = needsAddon('the client itself carries the operations')
  test('a client need not be connected, and is not connected by the store', unconnected, async (t) => {
    const { client } = aClient(t)
    const store = make(style, { client })
    t.after(() => store.close())
    await store.set('s', aSession())
    assert.equal(client.topology, undefined)
  })

  test('the options of a client hold for the store', async (t) => {
    const { client } = aClient(t, { writeConcern: { w: 2 }, appName: 'of the client' })
    const store = make(style, { client, autoRemove: 'disabled' })
    t.after(() => store.close())
    await fails(store, 'set', ['s', aSession()], { name: 'MongoServerError', code: 2 })
    assert.ok((await connectionsOf(server.client(), 'of the client')) > 0)
  })

  test('a client may have options of every kind that a connection string has', async (t) => {
    const { client } = aClient(t, {
      readPreference: 'primaryPreferred',
      readConcern: { level: 'local' },
      retryWrites: false,
      retryReads: false,
      maxPoolSize: 3,
      minPoolSize: 1,
      maxIdleTimeMS: 60_000,
      connectTimeoutMS: 40_000,
      serverSelectionTimeoutMS: 40_000,
      heartbeatFrequencyMS: 5000,
      localThresholdMS: 20,
      directConnection: true,
      socketTimeoutMS: 9000,
    })
    const { store } = server.open(t, { client }, style)
    await store.set('s', { a: 1 })
    assert.deepEqual(await store.get('s'), { a: 1 })
  })

  test('a client may use compression', async (t) => {
    const { client } = aClient(t, { compressors: ['zlib'] })
    const { store } = server.open(t, { client }, style)
    await store.set('s', { a: 1 })
    assert.deepEqual(await store.get('s'), { a: 1 })
  })

  test('operations wait for the promise of a client', async (t) => {
    let give
    const { store } = server.open(
      t,
      {
        clientPromise: new Promise((resolve) => {
          give = resolve
        }),
      },
      style,
    )
    const results = Promise.all([store.set('s', { a: 1 }), store.length()])
    await new Promise(setImmediate)
    give(server.client())
    await results
    assert.deepEqual(await store.get('s'), { a: 1 })
  })

  for (const option of ['clientPromise', 'dbPromise']) {
    test(`a ${option} that rejects fails the operations with its error, and not the process`, async (t) => {
      const reason = new Error('of the promise')
      const { store } = server.open(t, { [option]: Promise.reject(reason) }, style)
      assert.equal(await fails(store, 'get', ['s'], /of the promise/), reason)
      assert.equal(await fails(store, 'set', ['s', aSession()], /of the promise/), reason)
      await fails(store, 'length', [], /of the promise/)
      await assert.rejects(store.collectionP, reason)
    })

    test(`a ${option} that gives something else fails the operations`, async (t) => {
      for (const nothing of [undefined, null, {}, 'mongodb://127.0.0.1']) {
        const { store } = server.open(t, { [option]: Promise.resolve(nothing) }, style)
        await fails(store, 'get', ['s'], TypeError)
      }
    })

    test(`a ${option} that is no promise is refused`, (t) => {
      for (const none of [{}, server.client()]) {
        assert.throws(() => server.open(t, { [option]: none }, style), {
          name: 'TypeError',
          message: `The option ${option} must be a promise`,
        })
      }
    })

    test(`a ${option} may be any thenable`, async (t) => {
      const given = option === 'dbPromise' ? server.place().db : server.client()
      const { store } = server.open(t, { [option]: { then: (resolve) => setImmediate(resolve, given) } }, style)
      await store.set('s', { a: 1 })
      assert.deepEqual(await store.get('s'), { a: 1 })
      await store.clear()
    })
  }

  test('an invalid client or db is refused', (t) => {
    for (const option of ['client', 'db']) {
      for (const none of [{}, [], 5, true]) {
        assert.throws(() => server.open(t, { [option]: none }, style), TypeError)
      }
    }
  })

  test('an invalid mongooseConnection is refused', () => {
    for (const option of ['mongooseConnection', 'mongoose_connection']) {
      for (const none of [
        {},
        [],
        { readyState: 1 },
        { readyState: 0 },
        { once: true },
        'mongodb://127.0.0.1',
        5,
        true,
      ]) {
        assert.throws(() => make(style, { [option]: none }), TypeError)
      }
    }
  })

  for (const [option, makeOptions] of Object.entries(WAYS)) {
    test(`a store with ${option} has the driver's objects of the application, and closes none of them`, async (t) => {
      const { mongoUrl, dbName, db } = server.place()
      const client = await new MongoClient(mongoUrl.replace(dbName, '')).connect()
      t.after(() => client.close())
      const store = make(style, makeOptions(client, client.db(dbName)))

      await store.set('sid', { cookie: {}, user: 'Ada' })
      assert.equal(await db.collection('sessions').countDocuments(), 1)
      assert.equal(store.client, client)
      assert.equal(await store.clientP, client)
      assert.equal((await store.collectionP).namespace, `${dbName}.sessions`)
      assert.equal(store.db.databaseName, dbName)

      await store.close()
      await assert.rejects(store.get('sid'), { name: 'MongoNotConnectedError' })
      assert.deepEqual(await client.db(dbName).collection('sessions').distinct('_id'), ['sid'])
    })
  }

  test('operations wait for a mongoose connection to open', async (t) => {
    const { client, dbName, db } = aClient(t)
    let open
    const connection = {
      readyState: 2,
      getClient: () => client,
      once(event, listener) {
        assert.equal(event, 'open')
        open = listener
      },
    }
    const store = make(style, { mongooseConnection: connection })
    t.after(() => store.close())
    const writing = store.set('sid', { cookie: {} })
    Object.assign(connection, { readyState: 1, name: dbName })
    open()
    await writing
    assert.equal(await db.collection('sessions').countDocuments(), 1)
  })
})
