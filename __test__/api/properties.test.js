'use strict'

// What applications and their tests read off a store: its options, and the driver's objects for its collection.

const assert = require('node:assert/strict')
const { once } = require('node:events')
const { describe, it } = require('node:test')
const { MongoClient } = require('mongodb')
const { STYLES } = require('../helpers/styles.js')
const { useServer } = require('../helpers/use-server.js')

const server = useServer()

for (const { name, Store, ofUrl, collectionOption } of STYLES) {
  describe(`A store of ${name}`, () => {
    function open(t, options) {
      const database = server.freshDb()
      const store = new Store({ [ofUrl]: server.url(database), ...options })
      t.after(() => store.close())
      return { store, database, db: server.db(database) }
    }

    it('has the defaults', (t) => {
      const { store } = open(t)
      assert.equal(store.collectionName, 'sessions')
      assert.equal(store.ttl, 1_209_600)
      assert.equal(store.autoRemove, 'native')
      assert.equal(store.autoRemoveInterval, 10)
      assert.equal(store.timer, undefined)
      assert.equal(store.transformFunctions.serialize({ a: 1 }), '{"a":1}')
      assert.deepEqual(store.transformFunctions.unserialize('{"a":1}'), { a: 1 })
    })

    it('has what was given, and keeps options that it does not know', (t) => {
      const given = { [collectionOption]: 'people', ttl: 60, autoRemove: 'interval', autoRemoveInterval: 5, of: 'mine' }
      const { store } = open(t, given)
      assert.equal(store.collectionName, 'people')
      assert.equal(store.ttl, 60)
      assert.equal(store.autoRemove, 'interval')
      assert.equal(store.autoRemoveInterval, 5)
      for (const [option, value] of Object.entries(given)) assert.equal(store.options[option], value, option)
    })

    it('does not change the options it is given', (t) => {
      const url = server.url(server.freshDb())
      const store = new Store(
        Object.freeze({ [ofUrl]: url, mongoOptions: Object.freeze({ appName: 'test' }), ttl: 60 }),
      )
      t.after(() => store.close())
      assert.equal(store.options.mongoOptions.appName, 'test')
    })

    it('has client, db and collection of the driver, and promises of them', async (t) => {
      const { store, database } = open(t, { [collectionOption]: 'people' })
      await store.set('sid', { cookie: {}, user: 'Ada' })

      const collection = await store.collectionP
      assert.equal(collection.namespace, `${database}.people`)
      assert.equal(JSON.parse((await collection.findOne({ _id: 'sid' })).session).user, 'Ada')
      assert.equal(await store.collection.countDocuments(), 1)
      assert.equal(await store.db.collection('people').countDocuments(), 1)
      assert.equal(store.db.databaseName, database)
      const client = await store.clientP
      assert(client instanceof MongoClient)
      assert.equal(store.client, client)
      await client.db().command({ ping: 1 })
    })

    it('has the index when collectionP resolves', async (t) => {
      const { store } = open(t)
      const indexes = await (await store.collectionP).indexes()
      assert.deepEqual(indexes.find(({ key }) => key.expires)?.expireAfterSeconds, 0)
    })

    it('closes the client that it made itself', async (t) => {
      const { store } = open(t)
      const client = await store.clientP
      await store.close()
      assert.equal(client.topology?.isConnected() ?? false, false)
      await assert.rejects(store.clientP, { name: 'MongoNotConnectedError' })
      await assert.rejects(store.collectionP, { name: 'MongoNotConnectedError' })
    })

    it('takes the database of dbName', async (t) => {
      const other = server.freshDb()
      const { store, db } = open(t, { dbName: other })
      await store.set('sid', { cookie: {} })
      assert.equal(await server.db(other).collection('sessions').countDocuments(), 1)
      assert.equal(await db.collection('sessions').countDocuments(), 0)
      assert.equal((await store.collectionP).namespace, `${other}.sessions`)
    })

    it('lets its properties be replaced', (t) => {
      const { store } = open(t)
      for (const property of ['client', 'db', 'collection', 'clientP', 'collectionP', 'ttl', 'options']) {
        const value = {}
        store[property] = value
        assert.equal(store[property], value, property)
      }
    })
  })

  describe(`A store of ${name} with a connection that the application has`, () => {
    /** Ways to give what the application has: `make(client, db)` gives the options. */
    const ways = {
      client: (client, db) => ({ client, dbName: db.databaseName }),
      clientPromise: (client, db) => ({ clientPromise: Promise.resolve(client), dbName: db.databaseName }),
      db: (_client, db) => ({ db }),
      dbPromise: (_client, db) => ({ dbPromise: Promise.resolve(db) }),
      mongooseConnection: (client, db) => ({
        mongooseConnection: { readyState: 1, name: db.databaseName, db, getClient: () => client },
      }),
    }
    for (const [way, make] of Object.entries(ways)) {
      it(`stores there, and never closes it: ${way}`, async (t) => {
        const database = server.freshDb()
        const client = await new MongoClient(server.url('')).connect()
        t.after(() => client.close())
        const store = new Store(make(client, client.db(database)))

        await store.set('sid', { cookie: {}, user: 'Ada' })
        assert.equal(await server.db(database).collection('sessions').countDocuments(), 1)
        assert.equal(store.client, client)
        assert.equal(await store.clientP, client)
        assert.equal((await store.collectionP).namespace, `${database}.sessions`)
        assert.equal(store.db.databaseName, database)

        await store.close()
        await assert.rejects(store.get('sid'), { name: 'MongoNotConnectedError' })
        assert.deepEqual(await client.db(database).collection('sessions').distinct('_id'), ['sid'])
      })
    }

    it('takes a client that is not connected yet, and does not connect it', async (t) => {
      const client = new MongoClient(server.url(server.freshDb()))
      t.after(() => client.close())
      const store = new Store({ client })
      t.after(() => store.close())
      await store.set('sid', { cookie: {} })
      assert.equal(client.topology?.isConnected() ?? false, false)
    })

    it('waits for a mongoose connection to open', async (t) => {
      const database = server.freshDb()
      const client = new MongoClient(server.url(database))
      t.after(() => client.close())
      let open
      const connection = {
        readyState: 2,
        getClient: () => client,
        once(event, listener) {
          assert.equal(event, 'open')
          open = listener
        },
      }
      const store = new Store({ mongooseConnection: connection })
      t.after(() => store.close())
      const writing = store.set('sid', { cookie: {} })
      Object.assign(connection, { readyState: 1, name: database })
      open()
      await writing
      assert.equal(await server.db(database).collection('sessions').countDocuments(), 1)
    })

    it('fails its operations with the reason that clientPromise was rejected for', async (t) => {
      const reason = new Error('no client today')
      const store = new Store({ clientPromise: Promise.reject(reason) })
      t.after(() => store.close())
      await assert.rejects(store.get('sid'), reason)
      await assert.rejects(store.set('sid', { cookie: {} }), reason)
      await assert.rejects(store.collectionP, reason)
    })

    it('refuses a clientPromise that is none', () => {
      assert.throws(() => new Store({ clientPromise: {} }), /clientPromise must be a promise/)
    })
  })
}

describe('The states of a store of the factory', () => {
  const { Store } = STYLES[1]

  it('are connecting, then connected, when client, db and collection are there', async (t) => {
    const database = server.freshDb()
    const store = new Store({ url: server.url(database) })
    t.after(() => store.close())
    assert.equal(store.state, 'connecting')
    const seen = await new Promise((resolve) => {
      store.once('connected', function () {
        resolve({ self: this, db: this.db, collection: this.collection })
      })
    })
    assert.equal(store.state, 'connected')
    assert.equal(seen.self, store)
    assert.equal(seen.db.databaseName, database)
    assert.equal(await seen.collection.countDocuments(), 0)
  })

  it('are told to a listener that is added right after construction, once', async (t) => {
    const store = new Store({ url: server.url(server.freshDb()) })
    t.after(() => store.close())
    const states = []
    for (const state of ['init', 'connecting', 'connected', 'disconnected']) store.on(state, () => states.push(state))
    await once(store, 'connected')
    await store.set('sid', { cookie: {} })
    assert.deepEqual(states, ['connected'])
  })
})
