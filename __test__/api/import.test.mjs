// The package in an ECMAScript module.

import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { it } from 'node:test'
import session from 'express-session'
import MongoStore, { MongoStore as named } from 'connect-mongo-native'
import * as everything from 'connect-mongo-native'
import es5 from 'connect-mongo-native/es5'
import servers from '../helpers/server.js'

const server = servers.useServer()

it('import gives what require gives', () => {
  const required = createRequire(import.meta.url)('connect-mongo-native')
  for (const imported of [MongoStore, named, es5, everything.default, everything.MongoStore])
    assert.equal(imported, required)
  for (const [name, value] of Object.entries(everything)) assert.equal(value, required[name])
})

it('an imported MongoStore works in both styles', async () => {
  const url = server.url(server.freshDb())
  const { create } = MongoStore
  const stores = [
    new MongoStore({ mongoUrl: url }),
    MongoStore.create({ mongoUrl: url }),
    named.create({ mongoUrl: url }),
    create({ mongoUrl: url }),
    new (MongoStore(session))({ url }),
  ]
  try {
    for (const [n, store] of stores.entries()) {
      assert(store instanceof session.Store)
      await store.set(`sid${n}`, { cookie: {}, n })
    }
    assert.equal(await stores[0].length(), stores.length)
  } finally {
    await Promise.all(stores.map((store) => store.close()))
  }
})
