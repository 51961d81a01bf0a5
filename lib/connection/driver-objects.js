'use strict'

// The objects of the `mongodb` package that applications and their tests use: `store.client`, `store.db`,
// `store.collection` and their promises. Except for the fallback, the store itself never needs them. They come from the
// application's own client. If there is none, a client is made on first access, with the application's `mongodb`
// package or else with ours. Whoever closes that client closes the store.

const { fromApplication } = require('../common/application-package.js')
const { MongoStoreError } = require('../common/errors.js')
const { callIfThere } = require('../common/given.js')
const { promised, quiet } = require('../common/promises.js')

/** @import { Client, Db } from '../settings/borrowed/shape.js' */
/** @import { ConnectionOptions, Target } from '../settings/target.js' */

/**
 * The `mongodb` package. Before version 3, `MongoClient.connect` returns a Db.
 * @typedef {{MongoClient: MongoClientClass}} Mongodb
 */

/**
 * @typedef {object} MongoClientClass
 * @property {Client & {open?: unknown}} prototype
 * @property {(url: string | undefined, options: object, callback: (error: unknown, db: Db) => void) => void} connect
 */

/** @typedef {(callback?: (error: unknown) => void) => Promise<void>} CloseStore closes the store, as its `close` does */

/** @typedef {MongoClientClass & (new (url: string | undefined, options: object) => Client)} ClientConstructor */

/**
 * The releases of `mongodb` that speak with older servers, and the lowest wire version of each: those of MongoDB 3.6
 * and 2.6.
 * @type {[wireVersion: number, release: number][]}
 */
const OLDER_RELEASES = [
  [6, 5],
  [0, 3],
]

/**
 * Closes what a store made for itself, when the store is collected without having been closed. A client that the
 * application asked for stays open, since it may be used without the store.
 * @type {FinalizationRegistry<() => Promise<unknown>>}
 */
const forgotten = new FinalizationRegistry((close) => quiet(close()))

class DriverObjects {
  #options
  #collectionName
  #whenReady
  #closeStore
  /** @type {Target | undefined} */
  #target
  /** @type {Client | undefined} */
  #own
  /** @type {Promise<unknown> | undefined} */
  #connecting
  /** @type {Promise<Db> | undefined} */
  #openingOld
  /**
   * Closes what was made here.
   * @type {(() => Promise<unknown>) | undefined}
   */
  #closeOwn
  #isGiven = false
  #isClosed = false

  /**
   * @param {ConnectionOptions} options the application's, for a client like the one that connect-mongo would have made
   * @param {{collectionName: string}} settings the store's
   * @param {object} store
   * @param {() => Promise<void>} store.whenReady resolves when the collection of the store is prepared
   * @param {CloseStore} store.closeStore
   */
  constructor(options, { collectionName }, { whenReady, closeStore }) {
    this.#options = options
    this.#collectionName = collectionName
    this.#whenReady = whenReady
    this.#closeStore = closeStore
  }

  /**
   * Takes the target of the store, once that is known.
   * @param {Target | undefined} target
   */
  set target(target) {
    this.#target = target
  }

  /**
   * The client; undefined while the application's own is pending.
   * @returns {Client | undefined}
   */
  get client() {
    if (!this.#target) return undefined
    if (!this.#target.isOwn) return this.#target.client
    return isBeforeVersion3() ? undefined : (this.#own ??= this.#makeClient())
  }

  /** The client that was made here; undefined while none was needed. */
  get ownClient() {
    return this.#own
  }

  /**
   * The database of the store's own client, once that is connected.
   * @returns {Promise<Db>}
   */
  async openDb() {
    if (isBeforeVersion3()) return this.#openOldDb()
    await this.#connectOwn()
    const { db } = this
    if (db) return db
    throw new TypeError('The store has no client')
  }

  /** Before version 3, connecting returns a Db, and there is no client. */
  async #openOldDb() {
    this.#openingOld ??= promised((done) => mongodb().MongoClient.connect(...this.#connection, done))
    try {
      const db = await this.#openingOld
      const target = this.#target
      if (target?.db) return target.db
      const named = target?.database ? (callIfThere(db, 'db', target.database) ?? db) : db
      if (target) target.db = named
      this.#keep(named)
      return named
    } catch (error) {
      this.#openingOld = undefined
      throw explained(error)
    }
  }

  /** @returns {Db | undefined} */
  get db() {
    return this.#target?.db ?? this.client?.db(this.#target?.database)
  }

  get collection() {
    return this.db?.collection(this.#collectionName)
  }

  /** The client, connected and with the collection prepared. */
  get clientP() {
    return quiet(this.#connected())
  }

  get collectionP() {
    return quiet(this.#connected().then(() => this.collection))
  }

  async #connected() {
    // As in connect-mongo, the client of a closed store is closed.
    if (this.#isClosed) return this.client
    await this.#whenReady()
    const { client } = this
    if (this.#own) await this.#connectOwn()
    else if (this.#target?.isOwn) await this.openDb()
    return client
  }

  /** Before version 4.7, a client of `mongodb` does nothing before it is connected. */
  async #connectOwn() {
    this.#connecting ??= this.client?.connect()
    try {
      await this.#connecting
    } catch (error) {
      this.#connecting = undefined
      throw explained(error)
    }
  }

  /**
   * Makes a client with the application's own string and options. If this release of the driver refuses one of them, it
   * may be an option of another release. The store's own connection string then has its current name.
   */
  #newClient() {
    const Client = /** @type {ClientConstructor} */ (mongodb().MongoClient)
    try {
      return new Client(...this.#connection)
    } catch (error) {
      const { uri } = /** @type {Target} */ (this.#target)
      if (uri === undefined) throw error
      try {
        return new Client(...usable(uri, {}))
      } catch {
        throw error
      }
    }
  }

  #makeClient() {
    const client = this.#newClient()
    // This client is only made to be closed again.
    if (this.#isClosed) quiet(Promise.resolve(client.close()))
    else this.#keep(client)
    return client
  }

  /** @param {Client | Db} own what was made here */
  #keep(own) {
    this.#closeOwn = closeWith(new WeakRef(this), own)
    if (!this.#isGiven) forgotten.register(this, this.#closeOwn, this)
  }

  /** @returns {[url: string | undefined, options: object]} */
  get #connection() {
    const { mongoUrl, url = this.#target?.uri, mongoOptions } = this.#options
    return usable(mongoUrl ?? url, mongoOptions ?? {})
  }

  /** Closes what was made here, if anything was. */
  async close() {
    this.#isClosed = true
    await this.#closeOwn?.()
  }

  /** @type {CloseStore} */
  closeStore(callback) {
    return this.#closeStore(callback)
  }

  /**
   * Returns one of the objects to the application.
   * @param {typeof NAMES[number]} name
   */
  give(name) {
    this.#isGiven = true
    forgotten.unregister(this)
    return this[name]
  }
}

/**
 * Makes `close` of a client, or of a Db before version 3, close the store for which it was made. Returns a function
 * that closes only the client.
 * @param {WeakRef<DriverObjects>} objects of the store. Sockets keep the client alive, and it must not keep the store
 *   alive
 * @param {Client | Db} client
 * @returns {() => Promise<unknown>}
 */
function closeWith(objects, client) {
  const close = /** @type {(...args: unknown[]) => Promise<unknown>} */ (client.close)
  Object.defineProperty(client, 'close', {
    configurable: true,
    writable: true,
    value(/** @type {unknown[]} */ ...args) {
      const callback = args.find((value) => typeof value === 'function')
      const open = objects.deref()
      return open ? open.closeStore(/** @type {any} */ (callback)) : close.apply(client, args)
    },
  })
  return () => close.call(client)
}

/**
 * The error of a client that could not connect. If the servers are too old for its release, it has the remedy.
 * @param {unknown} thrown
 */
function explained(thrown) {
  const { message } = /** @type {Error} */ (thrown)
  const [, wireVersion] = /maximum wire version (\d+), but/.exec(message) ?? []
  if (wireVersion === undefined) return thrown
  const [, release] = OLDER_RELEASES.find(([from]) => Number(wireVersion) >= from) ?? []
  return new MongoStoreError(
    'MongoCompatibilityError',
    `${message}. Install an older one: npm install mongodb@${release}`,
  )
}

/**
 * The application's `mongodb` package, or else ours. It is loaded on demand, which in most applications is never.
 * @returns {Mongodb}
 */
function mongodb() {
  return fromApplication('mongodb') ?? /** @type {Mongodb} */ (/** @type {unknown} */ (require('mongodb')))
}

/**
 * The arguments for a client, without compressors that are not installed.
 * @param {string | undefined} url
 * @param {object} options
 * @returns {[url: string | undefined, options: object]}
 */
function usable(url, options) {
  // Loaded with the first client, which most stores never make.
  const { withPresentCompressors } = require('./compressors.js')
  return [url, withPresentCompressors(url, options)]
}

function isBeforeVersion3() {
  const { prototype } = mongodb().MongoClient
  return typeof prototype.db !== 'function' || typeof prototype.open === 'function'
}

/** The properties of a store that are objects of the `mongodb` package. */
const NAMES = /** @type {const} */ (['client', 'db', 'collection', 'clientP', 'collectionP'])

/**
 * Defines the properties on the class of a store. An instance can overwrite each of them like a plain property.
 * @template {object} T
 * @param {{prototype: T}} Store
 * @param {(store: T) => DriverObjects | undefined} driverOf returns undefined for the prototype itself
 */
function defineDriverObjects(Store, driverOf) {
  for (const name of NAMES) {
    Object.defineProperty(Store.prototype, name, {
      configurable: true,
      get() {
        return driverOf(this)?.give(name)
      },
      set(value) {
        Object.defineProperty(this, name, { value, configurable: true, enumerable: true, writable: true })
      },
    })
  }
}

exports.DriverObjects = DriverObjects
exports.defineDriverObjects = defineDriverObjects
