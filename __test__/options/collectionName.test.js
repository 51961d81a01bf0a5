'use strict'

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { MODERN, FACTORY, aSession, eachStyle, make, useStores } = require('../helpers/stores.js')

const server = useStores()

/** Makes a store on a new database and stores a session. Returns the store and the names of the collections. */
async function collectionsOf(t, style, options) {
  const { mongoUrl, db } = server.place()
  const store = make(style, { [style.ofUrl]: mongoUrl, ...options })
  t.after(() => store.close())
  await store.set('s', aSession())
  const found = await db.listCollections({}, { nameOnly: true }).toArray()
  return { store, names: found.map(({ name }) => name) }
}

eachStyle(({ style }) => {
  test('the option for the name of the collection names it', async (t) => {
    for (const name of ['logins', 'with.dots', 'with spaces', 'ünï']) {
      const { store, names } = await collectionsOf(t, style, { [style.collectionOption]: name })
      assert.deepEqual(names, [name])
      assert.equal(store.collectionName, name)
    }
  })

  test('without a name, the collection is "sessions"', async (t) => {
    for (const options of [{}, { collectionName: undefined }, { collection: undefined }, { collection: null }]) {
      const { store, names } = await collectionsOf(t, style, options)
      assert.deepEqual(names, ['sessions'])
      assert.equal(store.collectionName, 'sessions')
    }
  })

  test('the name of the same option in the other style has no effect', async (t) => {
    const { names } = await collectionsOf(t, style, { collectionName: 'modern', collection: 'factory' })
    assert.deepEqual(names, [style === MODERN ? 'modern' : 'factory'])
  })
})

test('an empty collection means "sessions" to the factory, as in connect-mongo 3', async (t) => {
  const { names } = await collectionsOf(t, FACTORY, { collection: '' })
  assert.deepEqual(names, ['sessions'])
})

test('an empty collectionName is refused', () => {
  assert.throws(() => make(MODERN, { mongoUrl: 'mongodb://127.0.0.1', collectionName: '' }), {
    name: 'TypeError',
    message: /collectionName/,
  })
})

test('a collectionName with NUL is refused', () => {
  assert.throws(() => make(MODERN, { mongoUrl: 'mongodb://127.0.0.1', collectionName: 'a\0b' }), {
    name: 'TypeError',
    message: /collectionName/,
  })
})
