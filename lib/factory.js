'use strict'

// The one export for all generations of connect-mongo: a function that is the class of 4 to 6 when it is called with
// `new`, and the factory of 0.8 to 3 when it is called without.

const { createKrupteinAdapter, createWebCryptoAdapter } = require('./encryption/adapters.js')
const { installedStore } = require('./base-store.js')
const { FACTORY, MODERN } = require('./styles.js')
const { looksLikeOptions } = require('./options/index.js')
const { defineStore } = require('./store.js')

const Store = defineStore(installedStore(), MODERN)

/**
 * `new MongoStore(options)` makes a store. `MongoStore(session)` makes a class of stores which derives from the `Store`
 * of express-session, Connect, or an Express that still bundles its sessions.
 */
function MongoStore(options) {
  if (new.target) return Reflect.construct(Store, [options], new.target)
  if (looksLikeOptions(options)) throw new TypeError("Class constructor MongoStore cannot be invoked without 'new'")
  return defineStoreFor(options)
}

// Hosts have getters that load modules or throw: only what is needed is read, and `Store` before `session`.
function defineStoreFor(host) {
  const Base = read(host, 'Store')
  const MemoryStore = host.MemoryStore ?? host.session?.MemoryStore
  return defineStore(Base, FACTORY, MemoryStore)
}

function read(host, name) {
  const found = host?.[name] || host?.session?.[name]
  if (found) return found
  throw new TypeError(
    `Cannot read properties of ${host === null ? null : undefined} (reading '${name}'): pass express-session, as in require('connect-mongo-native')(require('express-session'))`,
  )
}

MongoStore.prototype = Store.prototype
Object.defineProperties(MongoStore, {
  prototype: { writable: false },
  // What a transpiled `import MongoStore from` looks for.
  __esModule: { value: true },
})
Object.defineProperty(Store.prototype, 'constructor', { value: MongoStore, configurable: true, writable: true })
MongoStore.default = MongoStore
MongoStore.MongoStore = MongoStore
MongoStore.create = (options) => new MongoStore(options)
MongoStore.createKrupteinAdapter = createKrupteinAdapter
MongoStore.createWebCryptoAdapter = createWebCryptoAdapter

module.exports = { MongoStore }
