'use strict'

// The objects of the `mongodb` package that applications and their tests reach for: `store.client`, `store.db`,
// `store.collection` and their promises. The store itself never needs them: they are made when they are asked for,
// from the application's own client, or else from an installed `mongodb`.

const { promised, quiet } = require('../common/promises.js')
const { fromApplication } = require('../common/application-package.js')

class DriverObjects {
  #options
  #collectionName
  #whenReady
  #target
  #own
  #connecting

  /**
   * @param {object} options the application's, for a client like the one that connect-mongo would have made
   * @param {{collectionName: string}} settings the store's
   * @param {() => Promise<void>} whenReady gives a promise that resolves when the store's collection is prepared
   */
  constructor(options, { collectionName }, whenReady) {
    this.#options = options
    this.#collectionName = collectionName
    this.#whenReady = whenReady
  }

  /** Tells what was given to the store as its connection, once that is known. */
  set target(target) {
    this.#target = target
  }

  /** The client; undefined while the application's own is not there yet. */
  get client() {
    if (!this.#target) return undefined
    if (!this.#target.isOwn) return this.#target.client
    return isBeforeVersion3() ? undefined : (this.#own ??= this.#makeClient())
  }

  /** The client that was made here; undefined when none was needed yet. */
  get ownClient() {
    return this.#own
  }

  /** Whether a client can be made here. */
  get isInstalled() {
    return fromApplication('mongodb') !== null
  }

  /** The database by a client of the store's own, once that is connected. */
  async openDb() {
    if (isBeforeVersion3()) return this.#openOldDb()
    await this.#connectOwn()
    return this.db
  }

  /** Before version 3, connecting gives a Db, and there is no client. */
  async #openOldDb() {
    this.#connecting ??= promised((done) => fromApplication('mongodb').MongoClient.connect(...this.#connection, done))
    try {
      const db = await this.#connecting
      const { database } = this.#target
      return (this.#target.db ??= database ? db.db(database) : db)
    } catch (error) {
      this.#connecting = undefined
      throw error
    }
  }

  get db() {
    return this.#target?.db ?? this.client?.db(this.#target.database)
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
    else if (this.#target.isOwn) await this.openDb()
    return client
  }

  /** Before version 4.7, a client of `mongodb` does nothing before it is connected. */
  async #connectOwn() {
    this.#connecting ??= this.client.connect()
    try {
      await this.#connecting
    } catch (error) {
      this.#connecting = undefined
      throw error
    }
  }

  #makeClient() {
    const mongodb = fromApplication('mongodb')
    if (mongodb === null) {
      throw new Error(
        'client, db and collection of the session store are objects of the npm package "mongodb", which is not installed: npm install mongodb',
      )
    }
    return new mongodb.MongoClient(...this.#connection)
  }

  get #connection() {
    const { mongoUrl, url = this.#target.uri, mongoOptions } = this.#options
    return [mongoUrl ?? url, mongoOptions ?? {}]
  }

  /** Closes the client that was made here, if there is one. */
  async close() {
    await this.#own?.close()
    if (this.#target?.isOwn) await this.#target.db?.close()
  }
}

function isBeforeVersion3() {
  const { MongoClient } = fromApplication('mongodb') ?? {}
  return (
    MongoClient !== undefined &&
    (typeof MongoClient.prototype.db !== 'function' || typeof MongoClient.prototype.open === 'function')
  )
}

/**
 * Defines the properties on a store's class. Each can be overwritten on an instance, as a plain property can.
 * @param {Function} Store
 * @param {(store: object) => DriverObjects} driverOf
 */
function defineDriverObjects(Store, driverOf) {
  for (const name of ['client', 'db', 'collection', 'clientP', 'collectionP']) {
    Object.defineProperty(Store.prototype, name, {
      configurable: true,
      get() {
        return driverOf(this)[name]
      },
      set(value) {
        Object.defineProperty(this, name, { value, configurable: true, enumerable: true, writable: true })
      },
    })
  }
}

module.exports = { DriverObjects, defineDriverObjects }
