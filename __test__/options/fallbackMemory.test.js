'use strict'

const assert = require('node:assert/strict')
const { test } = require('node:test')
const session = require('express-session')
const MongoStore = require('connect-mongo-native')
const { FACTORY, MODERN, useStores } = require('../helpers/stores.js')

const server = useStores()

test('with fallbackMemory, the factory gives a MemoryStore, and needs no connection', async () => {
  for (const options of [{ fallbackMemory: true }, { fallbackMemory: 1, url: 'mongodb://127.0.0.1:1' }]) {
    const store = new FACTORY.Store(options)
    assert.ok(store instanceof session.MemoryStore)
    await new Promise((resolve) => store.set('s', { cookie: {}, a: 1 }, resolve))
    const found = await new Promise((resolve) => store.get('s', (_error, value) => resolve(value)))
    assert.equal(found.a, 1)
  }
})

test('with a false fallbackMemory, or a host that has no MemoryStore, the store is one of MongoDB', async (t) => {
  const { store } = server.open(t, { fallbackMemory: false }, FACTORY)
  assert.ok(store instanceof FACTORY.Store)

  const WithoutMemory = MongoStore({ Store: session.Store })
  assert.throws(() => new WithoutMemory({ fallbackMemory: true }), { message: 'Connection strategy not found' })
  const other = new WithoutMemory({ fallbackMemory: true, url: server.place().mongoUrl })
  t.after(() => other.close())
  assert.ok(other instanceof WithoutMemory)
})

test('fallbackMemory has no effect with MongoStore.create', (t) => {
  assert.throws(() => MODERN.Store.create({ fallbackMemory: true }), { name: 'AssertionError' })
  assert.ok(server.open(t, { fallbackMemory: true }, MODERN).store instanceof MongoStore)
})
