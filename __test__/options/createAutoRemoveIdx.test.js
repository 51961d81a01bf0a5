'use strict'

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { FACTORY, MODERN, useStores } = require('../helpers/stores.js')

const server = useStores()

test('createAutoRemoveIdx is refused with the names of its successors', (t) => {
  for (const createAutoRemoveIdx of [true, false, 0, 'yes']) {
    assert.throws(() => server.open(t, { createAutoRemoveIdx }, MODERN), {
      name: 'AssertionError',
      message: 'options.createAutoRemoveIdx has been reverted to autoRemove and autoRemoveInterval',
    })
  }
})

test('createAutoRemoveIdx may be absent, or null', (t) => {
  for (const createAutoRemoveIdx of [undefined, null]) server.open(t, { createAutoRemoveIdx }, MODERN)
})

test('createAutoRemoveIdx has no effect with the factory, which never had it', async (t) => {
  const { store, collection } = server.open(t, { createAutoRemoveIdx: false, autoRemove: 'native' }, FACTORY)
  await store.collectionP
  assert.equal((await collection.indexes()).length, 2)
})
