'use strict'

// The one export for all generations of connect-mongo. With `new`, it is the class of versions 4 to 6. Without, it is
// the factory of versions 0.8 to 3.

const { createKrupteinAdapter, createWebCryptoAdapter } = require('./encryption/adapters.js')
const { installedStore } = require('./base-store.js')
const { FACTORY, MODERN } = require('./styles.js')
const { looksLikeOptions } = require('./options/index.js')
const { defineStore, refuseAsStore } = require('./store.js')

/** @import { StoreClass } from './base-store.js' */

/** @typedef {{Store?: StoreClass, MemoryStore?: StoreClass}} StoreClasses */

/**
 * express-session, Connect, or an Express that still bundles its sessions.
 * @typedef {StoreClasses & {session?: StoreClasses}} Host
 */

const Store = defineStore(installedStore(), MODERN)

/**
 * `new MongoStore(options)` makes a store. `MongoStore(host)` makes a class of stores that derives from the host's `Store`.
 * @param {unknown} given options, or a {@link Host}
 */
function MongoStore(given) {
  if (new.target) return Reflect.construct(Store, [given], new.target)
  if (looksLikeOptions(given)) {
    throw new TypeError(
      "Class constructor MongoStore cannot be invoked without 'new': use MongoStore.create({ mongoUrl }), or pass express-session for a class as in connect-mongo 0.8 to 3",
    )
  }
  return defineStoreFor(/** @type {Host | null | undefined} */ (given))
}

/** @param {Host | null | undefined} host */
function defineStoreFor(host) {
  // Hosts have getters that load modules or throw. So only what is needed is read, and `Store` before `session`.
  const Base = host?.Store || host?.session?.Store
  if (!host || !Base) {
    throw new TypeError(
      `Cannot read properties of ${host === null ? null : undefined} (reading 'Store'): pass express-session, as in require('connect-mongo-native')(require('express-session'))`,
    )
  }
  return defineStore(Base, FACTORY, host.MemoryStore ?? host.session?.MemoryStore)
}

MongoStore.prototype = Store.prototype
Object.defineProperties(MongoStore, {
  prototype: { writable: false },
  // A transpiled `import MongoStore from` looks for this.
  __esModule: { value: true },
})
Object.defineProperty(Store.prototype, 'constructor', { value: MongoStore, configurable: true, writable: true })
MongoStore.default = MongoStore
MongoStore.MongoStore = MongoStore
MongoStore.create = (/** @type {unknown} */ options) => Reflect.construct(MongoStore, [options])
refuseAsStore(MongoStore, 'MongoStore.create({ mongoUrl })')
refuseAsStore(MongoStore.create, 'MongoStore.create({ mongoUrl })')
MongoStore.createKrupteinAdapter = createKrupteinAdapter
MongoStore.createWebCryptoAdapter = createWebCryptoAdapter

module.exports = { MongoStore }
