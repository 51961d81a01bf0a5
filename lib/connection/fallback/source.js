'use strict'

// Finds the collection of the fallback in the application's client or Db, or in the store's own client. It uses the
// application's client as the application would, and never closes it.

const { createRequire } = require('node:module')
const { types } = require('node:util')
const { deserialize, serialize } = require('bson')
const bson = require('../../common/bson.js')
const { callIfThere } = require('../../common/given.js')
const { Promise } = require('../../common/promises.js')
const { callsOf } = require('./calls.js')

/** @import { Library } from '../../common/bson.js' */
/** @import { Value, WriteConcern } from '../../common/native.js' */
/** @import { Client, Db } from '../../settings/borrowed/shape.js' */
/** @import { Target } from '../../settings/target.js' */
/** @import { DriverObjects } from '../driver-objects.js' */
/** @import { Calls } from './calls.js' */

/**
 * A document as a driver returns it: its bytes, or an object.
 * @typedef {Uint8Array | {_id?: unknown, session?: unknown, expires?: unknown, lastModified?: unknown}} Found
 */

/**
 * The fields of a found document. An id or a session that is undefined does not exist.
 * @typedef {{id: Value | undefined, session: Value | undefined, expires: unknown, lastModified: unknown}} Fields
 */

/** Reads types as they are stored. Text that is not UTF-8 is an error only in the session. */
const UNCHANGED = { promoteValues: false, promoteLongs: false, bsonRegExp: true }
/** @type {import('bson').DeserializeOptions} */
const READING = { ...UNCHANGED, validation: { utf8: { session: true } } }
const WRITING = { ignoreUndefined: false }

class Source {
  #target
  #driver
  #settings
  /** @type {Library | undefined} */
  #codec
  #wasUsable = false
  /** Whether the driver may number writes: until the servers refuse that. */
  numbersWrites = true
  /** @type {Promise<void> | undefined} */
  #opening

  /**
   * @param {Target} target
   * @param {DriverObjects} driver makes the store's own client
   * @param {{collectionName: string, writeConcern?: WriteConcern, servers: string}} settings
   */
  constructor(target, driver, settings) {
    this.#target = target
    this.#driver = driver
    this.#settings = settings
  }

  /**
   * The calls of the collection, as soon as the client is usable.
   * @param {number} [until] the deadline of the calls, by `uptime`
   * @returns {Promise<{calls: Calls, db: Db}>}
   */
  async open(until = Infinity) {
    const db = await this.#openDb()
    const collection = db.collection(this.#settings.collectionName)
    const exact = !this.#target.isStandIn
    return {
      db,
      calls: callsOf(collection, { exact, until, concern: this.#concern(db), numbered: this.numbersWrites }),
    }
  }

  /** @returns {Promise<Db>} */
  async #openDb() {
    const { client, db, database, isOwn } = this.#target
    if (isOwn) return this.#driver.openDb()
    // A client that the application closed stays closed.
    if (client && !this.#wasUsable) await this.#whenUsable(client)
    this.#wasUsable = true
    if (db) return db
    if (client) return client.db(database)
    throw new TypeError('The store has neither a client nor a db')
  }

  /**
   * All operations wait until the client is connected. Otherwise they would fail with another error than the
   * connecting.
   * @param {Client} client
   */
  #whenUsable(client) {
    this.#opening ??= whenUsable(client).finally(() => {
      this.#opening = undefined
    })
    return this.#opening
  }

  /**
   * The write concern of the store's settings, under the names of the driver.
   * @param {Db} db
   */
  #concern(db) {
    const { writeConcern } = this.#settings
    if (!writeConcern) return undefined
    const { w, journal: j, wtimeoutMs: wtimeout } = writeConcern
    const number = /^\d+$/.test(w ?? '') ? Number(w) : w
    // An unacknowledged write would have no result.
    const given = { w: number === 0 && !this.#target.isStandIn ? 1 : number, j, wtimeout }
    const concern = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
    const isBeforeVersion3 = db.serverConfig !== undefined
    return isBeforeVersion3 ? concern : { writeConcern: concern }
  }

  /**
   * The driver's BSON library, if it can be found. Only the version that made an ObjectId or a Decimal128 understands
   * it.
   */
  get #bson() {
    const { client = this.#driver.ownClient, db } = this.#target
    return (this.#codec ??= libraryOf((client ?? db ?? {}).constructor))
  }

  /**
   * A value as the driver stores it.
   * @param {Value} value
   */
  decode(value) {
    if (typeof value === 'string') return value
    if (this.#target.isStandIn) return firstOf(bson.decode(value))
    const library = this.#bson
    return firstOf(library ? library.deserialize(Buffer.from(value), UNCHANGED) : bson.decode(value))
  }

  /**
   * The fields of a document.
   * @param {Found} found
   * @returns {Fields}
   */
  read(found) {
    const isBytes = types.isUint8Array(found)
    const { _id, session, expires, lastModified } = isBytes ? deserialize(found, READING) : found
    return { id: this.#encode(_id, isBytes), session: this.#encode(session, isBytes), expires, lastModified }
  }

  /**
   * The opposite of `decode`.
   * @param {unknown} value
   * @param {boolean} isExact whether the value has its stored types; otherwise it is as a driver returns it
   * @returns {Value | undefined}
   */
  #encode(value, isExact) {
    if (value === undefined || typeof value === 'string') return value
    const wrap = { session: value }
    if (isExact) return Buffer.from(serialize(wrap, WRITING))
    const library = this.#target.isStandIn ? undefined : this.#bson
    return library ? library.serialize(wrap, WRITING) : bson.encode(wrap)
  }

  /** The names of the servers, for messages. */
  get servers() {
    return this.#settings.servers
  }

  /** Whether the given object is not a driver's, but a stand-in, such as one in a test. */
  get isStandIn() {
    return Boolean(this.#target.isStandIn)
  }

  /** Whether the driver retries by itself when a server is overloaded. */
  get backsOff() {
    const { client = this.#driver.ownClient } = this.#target
    return typeof client?.options?.maxAdaptiveRetries === 'number'
  }

  /**
   * The emitter of the driver's server events; undefined if the object is not a driver's.
   * @returns {import('node:events').EventEmitter | undefined}
   */
  get emitter() {
    const { client = this.#driver.ownClient, db, isStandIn } = this.#target
    const found = /** @type {any} */ (client ?? db?.client ?? db?.s?.client ?? db?.s?.topology ?? db?.serverConfig)
    return isStandIn || typeof found?.on !== 'function' ? undefined : found
  }

  /** Whether there is a server; undefined if the driver does not say. */
  get isConnected() {
    const { client = this.#driver.ownClient, db } = this.#target
    const topology = client?.topology ?? db?.serverConfig
    return callIfThere(topology, 'isConnected')
  }
}

/** @param {object} document */
function firstOf(document) {
  return Object.values(document)[0]
}

/**
 * Waits until a client accepts operations. The first releases of a version do so only when they are connected.
 * @param {Client} client
 */
async function whenUsable(client) {
  const { topology } = client
  // The old topology of version 3 may lose operations while it connects.
  const isConnecting = topology?.s?.coreTopology !== undefined && !callIfThere(topology, 'isConnected')
  if (client.s?.hasBeenClosed || (topology && !isConnecting)) return
  if (client.options?.hosts) await callIfThere(client, 'connect')
  else if (typeof client.s?.url === 'string') {
    await new Promise((resolve) => {
      const done = () => resolve(undefined)
      client.once('open', done)
      callIfThere(topology, 'once', 'reconnect', done)
    })
  }
}

/**
 * The `bson` module of a driver; undefined if it can't be found.
 * @param {unknown} maker the class of the driver's clients or databases
 */
function libraryOf(maker) {
  for (const [filename, module] of Object.entries(require.cache)) {
    if (!/[\\/]lib[\\/](?:mongo_client|db|mongodb[\\/]db)\.js$/.test(filename)) continue
    const exported = module?.exports
    if (exported !== maker && exported?.MongoClient !== maker && exported?.Db !== maker) continue
    const library = loadFrom(filename)
    if (library) return library
  }
  return undefined
}

/** @param {string} filename */
function loadFrom(filename) {
  try {
    return bson.adapt(createRequire(filename)('bson'))
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'MODULE_NOT_FOUND') return undefined
    throw error
  }
}

exports.Source = Source
