'use strict'

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { aSession, eachStyle, fails, useStores } = require('../helpers/stores.js')

const server = useStores()

eachStyle(({ style }) => {
  const connections = {
    'the connection string': () => ({}),
    'a client': () => ({ client: server.client() }),
    'a promise of a client': () => ({ clientPromise: Promise.resolve(server.client()) }),
  }
  for (const [what, connection] of Object.entries(connections)) {
    test(`dbName names another database than ${what}`, async (t) => {
      const { dbName, db } = server.place()
      const { store, collection } = server.open(t, { ...connection(), dbName }, style)
      await store.set('s', aSession())
      assert.equal(await db.collection(collection.collectionName).countDocuments(), 1)
    })
  }

  test('without dbName, or with an empty one, the database is that of the connection string', async (t) => {
    for (const dbName of [undefined, null, '']) {
      const { store, collection } = server.open(t, { dbName }, style)
      await store.set('s', aSession())
      assert.equal(await collection.countDocuments(), 1)
    }
  })

  test('a dbName that the server does not take fails the operations', async (t) => {
    for (const dbName of ['a b', 'a/b', 'a$b', 'a\0b', 'x'.repeat(100)]) {
      const { store } = server.open(t, { dbName }, style)
      await fails(store, 'set', ['s', aSession()], Error)
    }
  })
})
