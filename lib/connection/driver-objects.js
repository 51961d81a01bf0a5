'use strict'

// The objects of the `mongodb` package that applications and their tests use: `store.client`, `store.db`,
// `store.collection` and their promises. The store itself never needs them. They come from the application's own client,
// or else from an installed `mongodb`, and are made when something asks for them.

const { promised, quiet } = require('../common/promises.js')
const { fromApplication } = require('../common/application-package.js')

/** @import { Client, Db } from '../settings/borrowed/shape.js' */
/** @import { ConnectionOptions, Target } from '../settings/target.js' */

/**
 * The `mongodb` package. Before version 3, `MongoClient.connect` gives a Db.
 * @typedef {{MongoClient: MongoClientClass}} Mongodb
 */

/**
 * @typedef {object} MongoClientClass
 * @property {Client & {open?: unknown}} prototype
 * @property {(url: string | undefined, options: object, callback: (error: unknown, db: Db) => void) => void} connect
 */

/** @typedef {MongoClientClass & (new (url: string | undefined, options: object) => Client)} ClientConstructor */

class DriverObjects {
  #options
  #collectionName
  #whenReady
  /** @type {Target | undefined} */
  #target
  /** @type {Client | undefined} */
  #own
  /** @type {Promise<unknown> | undefined} */
  #connecting
  /** @type {Promise<Db> | undefined} */
  #openingOld

  /**
   * @param {ConnectionOptions} options the application's, for a client like the one that connect-mongo would have made
   * @param {{collectionName: string}} settings the store's
   * @param {() => Promise<void>} whenReady gives a promise that resolves when the store's collection is prepared
   */
  constructor(options, { collectionName }, whenReady) {
    this.#options = options
    this.#collectionName = collectionName
    this.#whenReady = whenReady
  }

  /**
   * Tells what was given to the store as its connection, once that is known.
   * @param {Target | undefined} target
   */
  set target(target) {
    this.#target = target
  }

  /**
   * The client; undefined while the application's own is not there yet.
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

  /** Whether a client can be made here. */
  get isInstalled() {
    return installed() !== null
  }

  /**
   * The database of a client of the store's own, once that is connected.
   * @returns {Promise<Db>}
   */
  async openDb() {
    if (isBeforeVersion3()) return this.#openOldDb()
    await this.#connectOwn()
    const { db } = this
    if (db) return db
    throw new TypeError('The store has no client')
  }

  /** Before version 3, connecting gives a Db, and there is no client. */
  async #openOldDb() {
    this.#openingOld ??= promised((done) => mongodb().MongoClient.connect(...this.#connection, done))
    try {
      const db = await this.#openingOld
      const target = this.#target
      if (target?.db) return target.db
      const named = target?.database ? (db.db?.(target.database) ?? db) : db
      if (target) target.db = named
      return named
    } catch (error) {
      this.#openingOld = undefined
      throw error
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
      throw error
    }
  }

  #makeClient() {
    const Client = /** @type {ClientConstructor} */ (mongodb().MongoClient)
    return new Client(...this.#connection)
  }

  /** @returns {[url: string | undefined, options: object]} */
  get #connection() {
    const { mongoUrl, url = this.#target?.uri, mongoOptions } = this.#options
    return [mongoUrl ?? url, mongoOptions ?? {}]
  }

  /** Closes the client that was made here, if there is one. */
  async close() {
    await this.#own?.close()
    if (this.#target?.isOwn) await this.#target.db?.close?.()
  }
}

/** @returns {Mongodb | null} */
function installed() {
  return fromApplication('mongodb')
}

function mongodb() {
  const found = installed()
  if (found) return found
  throw new Error(
    'client, db and collection of the session store are objects of the npm package "mongodb", which is not installed: npm install mongodb',
  )
}

function isBeforeVersion3() {
  const { prototype } = installed()?.MongoClient ?? {}
  return prototype !== undefined && (typeof prototype.db !== 'function' || typeof prototype.open === 'function')
}

/** The properties of a store that are objects of the `mongodb` package. */
const NAMES = /** @type {const} */ (['client', 'db', 'collection', 'clientP', 'collectionP'])

/**
 * Defines the properties on a store's class. An instance can overwrite each of them, as a plain property.
 * @template {object} T
 * @param {{prototype: T}} Store
 * @param {(store: T) => DriverObjects | undefined} driverOf gives nothing for the prototype itself
 */
function defineDriverObjects(Store, driverOf) {
  for (const name of NAMES) {
    Object.defineProperty(Store.prototype, name, {
      configurable: true,
      get() {
        return driverOf(this)?.[name]
      },
      set(value) {
        Object.defineProperty(this, name, { value, configurable: true, enumerable: true, writable: true })
      },
    })
  }
}

exports.DriverObjects = DriverObjects
exports.defineDriverObjects = defineDriverObjects
