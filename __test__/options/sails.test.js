'use strict'

// The settings of a Sails session, which its hook passes to the store unchanged. The stacks test all of Sails.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { MODERN, eachStyle, useStores } = require('../helpers/stores.js')
const { warningsOfStores } = require('../helpers/warnings.js')

const server = useStores()

const SETTINGS = { adapter: 'connect-mongo', name: 'sails.sid', secret: 'keyboard cat', cookie: { maxAge: 1000 } }

eachStyle(({ style }) => {
  test('the secret of a Sails session is the one that signs cookies, and nothing is encrypted with it', async (t) => {
    const { store, collection } = server.open(t, SETTINGS, style)
    await store.set('s', { a: 1 })
    assert.deepEqual(await store.get('s'), { a: 1 })
    assert.equal((await collection.findOne({ _id: 's' })).session, '{"a":1}')
  })

  test('the settings of a Sails session cause no warning', async () => {
    assert.deepEqual(await warningsOfStores(style, { [style.ofUrl]: server.place().mongoUrl, ...SETTINGS }), [])
  })
})

test('a Sails session is encrypted where crypto asks for it, and its settings stay as they are', async (t) => {
  const settings = { ...SETTINGS, crypto: { secret: 'squirrel SQUIRREL 12 !?' } }
  const { store, collection } = server.open(t, settings, MODERN)
  await store.set('s', { a: 1 })
  assert.deepEqual(await store.get('s'), { a: 1 })
  assert.doesNotMatch((await collection.findOne({ _id: 's' })).session, /"a"/)
  assert.equal(settings.secret, SETTINGS.secret)
})
