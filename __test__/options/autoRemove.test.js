'use strict'

const assert = require('node:assert/strict')
const { once } = require('node:events')
const { test } = require('node:test')
const { MongoStore: Genuine } = require('connect-mongo-6')
const { FACTORY, HOUR, aSession, eachStyle, useStores } = require('../helpers/stores.js')
const { until } = require('../helpers/wait.js')
const { warningsOfStores } = require('../helpers/warnings.js')

const server = useStores()
/** A quarter of a second, in minutes. */
const SHORTLY = 0.25 / 60

const ttlIndexOf = async (collection) => {
  const indexes = await collection.indexes().catch(() => [])
  return indexes.find(({ name }) => name !== '_id_')
}

eachStyle(({ style }) => {
  test('by default, and with autoRemove: native, the server removes expired sessions by the index of connect-mongo', async (t) => {
    for (const autoRemove of ['native', undefined]) {
      const { store, collection, dbName } = server.open(t, { autoRemove }, style)
      const genuine = Genuine.create({
        client: server.client(),
        dbName,
        collectionName: `${collection.collectionName}-6`,
      })
      const expected = (await (await genuine.collectionP).indexes())[1]
      await store.collectionP
      assert.deepEqual(await ttlIndexOf(collection), expected)
      assert.equal(store.timer, undefined)
      assert.equal(store.autoRemove, 'native')
    }
  })

  test('an existing index is left as it is', async (t) => {
    const one = server.open(t, { autoRemove: 'native' }, style)
    await one.store.collectionP
    const before = await ttlIndexOf(one.collection)
    const where = { [style.ofUrl]: one.mongoUrl, [style.collectionOption]: one.collection.collectionName }
    const other = server.open(t, { ...where, autoRemove: 'native' }, style)
    await other.store.collectionP
    assert.deepEqual(await ttlIndexOf(one.collection), before)
    assert.equal((await one.collection.indexes()).length, 2)
  })

  test('a store works when its index cannot be made, and a process warning says so', async () => {
    const { mongoUrl, db } = server.place()
    await db.collection('sessions').createIndex({ expires: 1 })
    const options = { [style.ofUrl]: mongoUrl }
    const [warning, ...others] = await warningsOfStores(style, options, options)
    assert.deepEqual(others, [])
    assert.equal(warning.code, 'MONGO_STORE_INDEX')
    assert.match(warning.message, /^The store could not create a TTL index on "sessions"/)
    assert.equal((await ttlIndexOf(db.collection('sessions')))?.expireAfterSeconds, undefined)
  })

  test('with autoRemove: interval, the store removes expired sessions again and again, and makes no index', async (t) => {
    const { store, collection } = server.open(t, { autoRemove: 'interval', autoRemoveInterval: SHORTLY }, style)
    const dead = (_id) => ({ _id, session: '{}', expires: new Date(Date.now() - 1) })
    await collection.insertMany([
      { _id: 'for ever', session: '{}' },
      { _id: 'odd', session: '{}', expires: null },
    ])
    await store.set('alive', aSession())
    // The second one expires after the store is created: a date kept from that time would never remove it.
    for (const _id of ['first', 'second']) {
      await collection.insertOne(dead(_id))
      await until('the removal', async () => (await collection.countDocuments({ _id })) === 0)
    }
    const left = (await collection.find().toArray()).map(({ _id }) => _id)
    assert.deepEqual(left.sort(), ['alive', 'for ever', 'odd'])
    assert.equal(await ttlIndexOf(collection), undefined)
  })

  test('an interval does not keep the process alive by its timer', async (t) => {
    const { store } = server.open(t, { autoRemove: 'interval' }, style)
    assert.equal(store.timer.hasRef(), false)
  })

  test('with autoRemove: disabled, expired sessions stay stored', async (t) => {
    const { store, collection } = server.open(t, { autoRemove: 'disabled' }, style)
    await store.set('s', { cookie: { expires: new Date(Date.now() - HOUR) } })
    await store.collectionP
    assert.equal(await ttlIndexOf(collection), undefined)
    assert.equal(store.timer, undefined)
    assert.equal(await collection.countDocuments(), 1)
  })

  test('any other autoRemove acts as disabled, and a process warning says so', async (t) => {
    const { store, collection } = server.open(t, { autoRemove: 'nativ' }, style)
    await store.collectionP
    assert.equal(await ttlIndexOf(collection), undefined)
    assert.equal(store.timer, undefined)

    const [warning, ...others] = await warningsOfStores(style, {
      [style.ofUrl]: server.place().mongoUrl,
      autoRemove: 'nativ',
    })
    assert.deepEqual(others, [])
    assert.equal(warning.code, 'MONGO_STORE_OPTION')
    assert.match(warning.message, /autoRemove must be one of native, interval, disabled/)
  })
})

test('a store of the factory emits connected when the index is there', async (t) => {
  const { store, collection } = server.open(t, { autoRemove: 'native' }, FACTORY)
  await once(store, 'connected')
  assert.equal((await ttlIndexOf(collection)).expireAfterSeconds, 0)
})
