'use strict'

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { FACTORY, MODERN, aSession, eachStyle, fails, make, useStores } = require('../helpers/stores.js')

const server = useStores()

eachStyle(({ style, isFactory }) => {
  for (const option of ['mongoUrl', 'url']) {
    test(`${option} names the server and the database`, async (t) => {
      const { mongoUrl, db } = server.place()
      const store = make(style, { [option]: mongoUrl })
      t.after(() => store.close())
      await store.set('s', aSession())
      assert.equal(await db.collection('sessions').countDocuments({ _id: 's' }), 1)
    })

    test(`the database is "test" when ${option} names none`, async (t) => {
      const { mongoUrl, dbName } = server.place()
      const { store, collection } = server.open(
        t,
        { [style.ofUrl]: undefined, [option]: mongoUrl.replace(dbName, '') },
        style,
      )
      await store.set('s', aSession())
      const sessions = server.client().db('test').collection(collection.collectionName)
      assert.equal(await sessions.countDocuments({ _id: 's' }), 1)
      await sessions.drop()
    })

    test(`a wrong ${option} fails the operations, not the constructor`, async (t) => {
      const { store } = server.open(t, { [style.ofUrl]: undefined, [option]: 'nope' }, style)
      await fails(store, 'get', ['s'], {
        name: 'MongoParseError',
        message: 'Invalid scheme, expected connection string to start with "mongodb://" or "mongodb+srv://"',
      })
    })
  }

  test('an error about a connection string does not quote its password', async (t) => {
    const wrong = [
      'mongodb://me:hun ter2%zz@127.0.0.1/',
      'mongodb://me:hunter2@/x',
      'mongodb://me:hunter2@h:port/',
      'mongodb://me:hunter2@h/?w=-1',
    ]
    for (const url of wrong) {
      const { store } = server.open(t, { [style.ofUrl]: url }, style)
      const error = await fails(store, 'get', ['s'], Error)
      assert.doesNotMatch(`${error.stack}${JSON.stringify(error)}`, /hun ?ter2/)
    }
  })

  test('the connection string of the style wins over all other ways to give a connection', async (t) => {
    const { mongoUrl, dbName } = server.place()
    const others = { clientPromise: Promise.reject(new Error('unused')), client: {}, db: {}, mongooseConnection: {} }
    others.clientPromise.catch(() => {})
    const other = isFactory ? 'mongoUrl' : 'url'
    for (const options of [
      { [style.ofUrl]: mongoUrl, [other]: 'nope' },
      { [style.ofUrl]: mongoUrl, ...others },
    ]) {
      const store = make(style, options)
      t.after(() => store.close())
      await store.set('s', aSession())
      assert.equal(await server.client().db(dbName).collection('sessions').countDocuments(), 1)
    }
  })

  test('a store without a connection is refused', () => {
    for (const options of [
      {},
      { mongoUrl: '' },
      { mongoUrl: undefined },
      { url: null },
      { client: null, clientPromise: undefined },
    ]) {
      if (isFactory) assert.throws(() => make(style, options), { message: /^Connection strategy not found/ })
      else {
        assert.throws(() => make(style, options), {
          name: 'AssertionError',
          code: 'ERR_ASSERTION',
          message: /You must provide either mongoUrl\|clientPromise\|client in options/,
        })
      }
    }
  })
})

test('a store without any options is refused', () => {
  for (const nothing of [undefined, null]) {
    assert.throws(() => make(MODERN, nothing), {
      name: 'TypeError',
      message: new RegExp(`Cannot read properties of ${nothing} \\(reading 'collectionName'\\)`),
    })
    assert.throws(() => make(FACTORY, nothing), { message: 'Connection strategy not found' })
  }
  for (const none of ['mongodb://127.0.0.1', 5, true]) assert.throws(() => make(MODERN, none), TypeError)
})
