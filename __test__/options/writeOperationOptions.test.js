'use strict'

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { aSession, eachStyle, fails, useStores } = require('../helpers/stores.js')
const { warningsOfStores } = require('../helpers/warnings.js')

const server = useStores()
/** The error of a standalone server for a write that two servers, or servers with a tag, must confirm. */
const ALONE = { name: 'MongoServerError', code: 2 }
const WRITES = [['set', 's', { a: 1 }], ['touch', 's', {}], ['destroy', 's'], ['clear']]

eachStyle(({ style }) => {
  test('writeOperationOptions are the write concern of every write, and of no read', async (t) => {
    for (const writeOperationOptions of [
      { w: 2 },
      { w: 2, j: true, wtimeout: 100 },
      { w: 'two-halls' },
      { writeConcern: { w: 2 } },
    ]) {
      const { store, collection } = server.open(t, { writeOperationOptions }, style)
      await collection.insertOne({ _id: 's', session: '{"a":1}' })
      for (const [method, ...args] of WRITES) await fails(store, method, args, ALONE)
      assert.deepEqual(await server.open(t, {}, style).store.all(), [])
      await store.get('s')
      await store.all()
    }
  })

  test('length is a read, so that no write concern applies to it', async (t) => {
    const { store } = server.open(t, { writeOperationOptions: { w: 2 } }, style)
    assert.equal(await store.length(), 0)
  })

  test('a write concern that the server can meet lets every method work', async (t) => {
    const concerns = [
      {},
      null,
      undefined,
      { w: 1 },
      { w: 'majority' },
      { w: 'majority', wtimeoutMS: 5000 },
      { j: true },
      { journal: false },
      { w: 1, wtimeout: 0 },
      { w: 0 },
      { w: 0, j: false },
      { w: null, j: undefined },
    ]
    for (const writeOperationOptions of concerns) {
      const { store } = server.open(t, { writeOperationOptions }, style)
      await store.set('s', aSession({ a: 1 }))
      await store.touch('s', aSession())
      assert.equal((await store.get('s')).a, 1)
      await store.destroy('s')
      await store.clear()
      assert.equal(await store.length(), 0)
    }
  })

  test('writeOperationOptions win over the write concern of the connection', async (t) => {
    const { store } = server.open(t, { mongoOptions: { w: 2 }, writeOperationOptions: { w: 1 } }, style)
    await store.set('s', { a: 1 })
    assert.deepEqual(await store.get('s'), { a: 1 })
  })

  test('a write concern does not keep the TTL index from being made', async (t) => {
    const { store, collection } = server.open(t, { autoRemove: 'native', writeOperationOptions: { w: 2 } }, style)
    await store.collectionP
    assert.equal((await collection.indexes()).length, 2)
  })

  test('an invalid write concern is refused by the name of the wrong part', (t) => {
    const wrong = { w: [-1, 0.5, {}, true], j: [1, 'yes'], wtimeout: [-1, 0.5, '5', NaN], writeConcern: [] }
    for (const [name, values] of Object.entries(wrong)) {
      for (const value of values) {
        assert.throws(() => server.open(t, { writeOperationOptions: { [name]: value } }, style), {
          name: 'TypeError',
          message: new RegExp(`The option writeOperationOptions\\.${name} must be`),
        })
      }
    }
  })

  test('other members of writeOperationOptions have no effect, and a process warning says so', async () => {
    const options = {
      [style.ofUrl]: server.place().mongoUrl,
      autoRemove: 'disabled',
      writeOperationOptions: { w: 1, wTimeOut: 5 },
    }
    const [warning, ...others] = await warningsOfStores(style, options)
    assert.deepEqual(others, [])
    assert.equal(warning.code, 'MONGO_STORE_OPTION')
    assert.match(warning.message, /^The option writeOperationOptions\.wTimeOut has no effect/)
  })
})
