'use strict'

// Store properties that applications and their tests read: its options, and the driver's objects for its collection.

const assert = require('node:assert/strict')
const { once } = require('node:events')
const { describe, it } = require('node:test')
const { MongoStore: GenuineStore } = require('connect-mongo-6')
const { MongoClient } = require('mongodb')
const { STYLES } = require('../helpers/styles.js')
const { useServer } = require('../helpers/server.js')

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

    it('has the closed client after close(), whether or not it was asked for before', async (t) => {
      const genuine = GenuineStore.create({ mongoUrl: server.url(server.freshDb()) })
      await genuine.collectionP
      await genuine.close()
      const theirs = await genuine.collectionP.then((collection) => collection.findOne()).catch((error) => error)
      const closedError = { name: theirs.name, message: theirs.message }
      for (const isUsed of [true, false]) {
        const { store } = open(t)
        const before = isUsed ? await store.clientP : undefined
        await store.close()
        const { client } = store
        assert(client instanceof MongoClient)
        if (isUsed) assert.equal(client, before)
        assert.equal(await store.clientP, client)
        assert.equal(client.topology?.isConnected() ?? false, false)
        await assert.rejects((await store.collectionP).findOne(), closedError)
        await client.close()
        await (await store.clientP).close()
      }
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
