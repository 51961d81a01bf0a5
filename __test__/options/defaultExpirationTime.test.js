'use strict'

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { FACTORY, MODERN, eachStyle, useStores } = require('../helpers/stores.js')
const { warningsOfStores } = require('../helpers/warnings.js')

const server = useStores()

test('defaultExpirationTime is the lifetime in milliseconds for the factory, and wins over ttl', async (t) => {
  for (const options of [{ defaultExpirationTime: 90_000 }, { defaultExpirationTime: '90000', ttl: 5 }]) {
    const { store, collection } = server.open(t, options, FACTORY)
    assert.equal(store.ttl, 90)
    const earliest = Date.now() + 90_000
    await store.set('s', {})
    const latest = Date.now() + 90_000
    const { expires } = await collection.findOne({ _id: 's' })
    assert.ok(expires >= earliest && expires <= latest)
  }
})

test('defaultExpirationTime is deprecated, and a process warning says so once', async () => {
  const { mongoUrl } = server.place()
  const options = { url: mongoUrl, defaultExpirationTime: 90_000 }
  assert.deepEqual(await warningsOfStores(FACTORY, options, options), [
    { code: 'MONGO_STORE_OPTION', message: 'defaultExpirationTime option is deprecated. Use ttl instead' },
  ])
})

test('defaultExpirationTime has no effect with MongoStore.create', (t) => {
  assert.equal(server.open(t, { defaultExpirationTime: 90_000 }, MODERN).store.ttl, 1_209_600)
})

eachStyle(
  ({ style }) => {
    test('a defaultExpirationTime that is no number is refused', (t) => {
      for (const defaultExpirationTime of [NaN, Infinity, 'a day', {}]) {
        assert.throws(() => server.open(t, { defaultExpirationTime }, style), {
          name: 'TypeError',
          message: /defaultExpirationTime/,
        })
      }
    })
  },
  [FACTORY],
)
