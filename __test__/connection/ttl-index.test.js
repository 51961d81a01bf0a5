'use strict'

// The TTL index is optional: if the store can't create it, the store warns once and works.

const assert = require('node:assert/strict')
const { describe, it } = require('node:test')
const { MongoClient } = require('mongodb')
const { STYLES } = require('../helpers/styles.js')
const { useOwnServer } = require('../helpers/server.js')
const { until } = require('../helpers/wait.js')
const { collectWarnings } = require('../helpers/warnings.js')

const server = useOwnServer({ auth: { user: 'root', password: 'secret of root' } })

async function withClient(use) {
  const client = new MongoClient(server.current.uri)
  try {
    return await use(client)
  } finally {
    await client.close()
  }
}

/** Checks that every operation of a store works. */
async function exercise(store) {
  await store.set('sid', { cookie: {}, user: 'Ada' })
  assert.equal((await store.get('sid')).user, 'Ada')
  await store.touch('sid', { cookie: { expires: new Date(Date.now() + 60_000) } })
  assert.equal(await store.length(), 1)
  assert.equal((await store.all()).length, 1)
  await store.destroy('sid')
  await store.set('other', { cookie: {} })
  await store.clear()
  assert.equal(await store.length(), 0)
}

/** Every operation works before and after the collection is prepared. One warning reports the missing index. */
async function worksWithOneWarning(store, warnings) {
  await exercise(store)
  await store.collectionP
  await until('the warning', () => warnings().length > 0)
  await exercise(store)
  assert.equal(warnings().length, 1)
}

for (const { name, Store, ofUrl, collectionOption } of STYLES) {
  describe(name, () => {
    it('makes the index', async (t) => {
      const database = `index-${ofUrl}`
      const store = new Store({ [ofUrl]: server.current.url(database) })
      t.after(() => store.close())
      await store.collectionP
      const indexes = await withClient((client) => client.db(database).collection('sessions').indexes())
      const { key, name: indexName, expireAfterSeconds } = indexes.find((index) => index.key.expires)
      assert.deepEqual(
        { key, indexName, expireAfterSeconds },
        { key: { expires: 1 }, indexName: 'expires_1', expireAfterSeconds: 0 },
      )
    })

    it('keeps the index when it clears the collection', async (t) => {
      const database = `clear-${ofUrl}`
      const store = new Store({ [ofUrl]: server.current.url(database) })
      t.after(() => store.close())
      await store.collectionP
      await store.clear()
      const indexes = await withClient((client) => client.db(database).collection('sessions').indexes())
      assert(indexes.some((index) => index.key.expires))
    })

    for (const [title, key, options] of [
      ['another time to wait', { expires: 1 }, { expireAfterSeconds: 77 }],
      ['another name', { expires: 1 }, { expireAfterSeconds: 0, name: 'mine' }],
      ['another direction under the same name', { expires: -1 }, { expireAfterSeconds: 0, name: 'expires_1' }],
    ]) {
      it(`does not warn when there is a TTL index with ${title}`, async (t) => {
        const warnings = collectWarnings(t, 'MONGO_STORE_INDEX')
        const collection = `sessions-${ofUrl}-${title}`
        await withClient((client) => client.db('others').collection(collection).createIndex(key, options))
        const store = new Store({ [ofUrl]: server.current.url('others'), [collectionOption]: collection })
        t.after(() => store.close())
        await store.collectionP
        await exercise(store)
        assert.deepEqual(warnings(), [])
        const indexes = await withClient((client) => client.db('others').collection(collection).indexes())
        assert.deepEqual(
          indexes.slice(1).map((index) => index.key),
          [key],
        )
      })
    }

    it('does not warn a user who may not make indexes when the index is there', async (t) => {
      const warnings = collectWarnings(t, 'MONGO_STORE_INDEX')
      const database = `made-${ofUrl}`
      await withClient(async (client) => {
        const db = client.db(database)
        await db.collection('sessions').createIndex({ expires: 1 }, { expireAfterSeconds: 0 })
        const actions = ['find', 'insert', 'update', 'remove', 'listIndexes']
        const privileges = [{ resource: { db: database, collection: 'sessions' }, actions }]
        await db.command({ createRole: 'sessions', roles: [], privileges })
        await db.command({ createUser: 'app', pwd: 'pw', roles: ['sessions'] })
      })
      const store = new Store({ [ofUrl]: `mongodb://app:pw@${server.current.host}/${database}` })
      t.after(() => store.close())
      await store.collectionP
      await exercise(store)
      assert.deepEqual(warnings(), [])
    })

    for (const [title, key, options] of [
      ['removes nothing', { expires: 1 }, {}],
      [
        'removes some only',
        { expires: 1 },
        { expireAfterSeconds: 0, partialFilterExpression: { a: 1 }, name: 'expires_1' },
      ],
    ]) {
      it(`warns once and works when an index in its place ${title}`, async (t) => {
        const warnings = collectWarnings(t, 'MONGO_STORE_INDEX')
        const collection = `sessions-${ofUrl}-${title}`
        await withClient((client) => client.db('conflict').collection(collection).createIndex(key, options))
        const store = new Store({ [ofUrl]: server.current.url('conflict'), [collectionOption]: collection })
        t.after(() => store.close())
        await worksWithOneWarning(store, warnings)
        assert.match(warnings()[0].message, /The store could not create a TTL index on "[^"]*"/)
        const indexes = await withClient((client) => client.db('conflict').collection(collection).indexes())
        assert.equal(indexes.length, 2)
      })
    }

    it('warns once of a capped collection, which can have no such index', async (t) => {
      const warnings = collectWarnings(t, 'MONGO_STORE_INDEX')
      const collection = `capped-${ofUrl}`
      await withClient((client) => client.db('conflict').createCollection(collection, { capped: true, size: 100_000 }))
      const store = new Store({ [ofUrl]: server.current.url('conflict'), [collectionOption]: collection })
      t.after(() => store.close())
      await store.collectionP
      await until('the warning', () => warnings().length > 0)
      assert.match(warnings()[0].message, /capped/)
    })

    it('warns once and works for a user who may not make indexes', async (t) => {
      const warnings = collectWarnings(t, 'MONGO_STORE_INDEX')
      const database = `rights-${ofUrl}`
      const password = 'pass:w@rd/1'
      await withClient(async (client) => {
        const db = client.db(database)
        await db.command({
          createRole: 'sessions',
          roles: [],
          privileges: [
            { resource: { db: database, collection: 'sessions' }, actions: ['find', 'insert', 'update', 'remove'] },
          ],
        })
        await db.command({ createUser: 'app', pwd: password, roles: ['sessions'] })
      })
      const url = `mongodb://app:${encodeURIComponent(password)}@${server.current.host}/${database}`
      const store = new Store({ [ofUrl]: url })
      t.after(() => store.close())
      await worksWithOneWarning(store, warnings)
      assert(!warnings()[0].message.includes(password))
    })

    it('makes no index with autoRemove other than native', async (t) => {
      const database = `none-${ofUrl}`
      for (const autoRemove of ['interval', 'disabled']) {
        const store = new Store({ [ofUrl]: server.current.url(database), autoRemove })
        t.after(() => store.close())
        await store.set('sid', { cookie: {} })
        await store.collectionP
      }
      const indexes = await withClient((client) => client.db(database).collection('sessions').indexes())
      assert.deepEqual(
        indexes.map(({ key }) => key),
        [{ _id: 1 }],
      )
    })
  })
}
