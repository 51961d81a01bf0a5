'use strict'

// Where the transport finds its collection: with the application's client or Db, or with a client of the store's own.
// The application's client is used as the application would use it, and never closed.

const { createRequire } = require('node:module')
const { deserialize, serialize } = require('bson')
const bson = require('../../common/bson.js')
const { callsOf } = require('./calls.js')

/** Types as they are stored, and text that is not UTF-8 only refused where it is the session's. */
const UNCHANGED = { promoteValues: false, promoteLongs: false, bsonRegExp: true }
const READING = { ...UNCHANGED, validation: { utf8: { session: true } } }
const WRITING = { ignoreUndefined: false }

class Source {
  #target
  #driver
  #settings
  #codec
  #wasUsable = false
  #opening

  /**
   * @param {object} target of `target.js`
   * @param {object} driver of `driver-objects.js`, which makes the store's own client
   * @param {{collectionName: string, writeConcern?: object}} settings
   */
  constructor(target, driver, settings) {
    this.#target = target
    this.#driver = driver
    this.#settings = settings
  }

  /** The calls of the collection until a moment of `performance.now`, as soon as the client may be used; `{ calls, db }`. */
  async open(until = Infinity) {
    const db = await this.#openDb()
    const collection = db.collection(this.#settings.collectionName)
    const exact = !this.#target.isStandIn
    return { db, calls: callsOf(collection, { exact, until, concern: this.#concern(db) }) }
  }

  async #openDb() {
    const { client, db, database, isOwn } = this.#target
    if (isOwn) return this.#driver.openDb()
    // A client that the application closed stays so.
    if (client && !this.#wasUsable) await this.#whenUsable(client)
    this.#wasUsable = true
    return db ?? client.db(database)
  }

  /** What asks a client that is being connected fails with another error than its connecting, so that all wait for that. */
  #whenUsable(client) {
    this.#opening ??= whenUsable(client).finally(() => {
      this.#opening = undefined
    })
    return this.#opening
  }

  /** The write concern of the store's settings, under the names of the driver. */
  #concern(db) {
    const { writeConcern } = this.#settings
    if (!writeConcern) return undefined
    const { w, journal: j, wtimeoutMs: wtimeout } = writeConcern
    const number = /^\d+$/.test(w ?? '') ? Number(w) : w
    // The results of an unacknowledged write are not known.
    const given = { w: number === 0 && !this.#target.isStandIn ? 1 : number, j, wtimeout }
    const concern = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
    const isBeforeVersion3 = db.serverConfig !== undefined
    return isBeforeVersion3 ? concern : { writeConcern: concern }
  }

  /** The driver's BSON library: its ObjectId and Decimal128 are only understood by the version that made them. */
  get #bson() {
    const { client = this.#driver.ownClient, db = {} } = this.#target
    return (this.#codec ??= libraryOf((client ?? db).constructor))
  }

  /** A value of the store: text, or the BSON of a document that wraps it. */
  decode(value) {
    if (typeof value === 'string') return value
    if (this.#target.isStandIn) return firstOf(bson.decode(value))
    const library = this.#bson
    return firstOf(library ? library.deserialize(Buffer.from(value), UNCHANGED) : bson.decode(value))
  }

  /** The fields of a found document, which may be its bytes; `id` and `session` are undefined, text, or BSON as in `decode`. */
  read(found) {
    const isBytes = found instanceof Uint8Array
    const { _id, session, expires, lastModified } = isBytes ? deserialize(found, READING) : found
    return { id: this.#encode(_id, isBytes), session: this.#encode(session, isBytes), expires, lastModified }
  }

  /** The opposite of `decode`, of a value with its types (`isExact`) or as a driver gives it. */
  #encode(value, isExact) {
    if (value === undefined || typeof value === 'string') return value
    const wrap = { session: value }
    if (isExact) return Buffer.from(serialize(wrap, WRITING))
    const library = this.#target.isStandIn ? undefined : this.#bson
    return library ? library.serialize(wrap, WRITING) : bson.encode(wrap)
  }

  /** Whether the given object is none of a driver. */
  get isStandIn() {
    return Boolean(this.#target.isStandIn)
  }

  /** Whether the driver tries again by itself when a server is overloaded. */
  get backsOff() {
    const { client = this.#driver.ownClient } = this.#target
    return typeof client?.options?.maxAdaptiveRetries === 'number'
  }

  /** Whether a server is there, as far as the driver tells: undefined where it doesn't. */
  get isConnected() {
    const { client = this.#driver.ownClient, db } = this.#target
    const topology = client?.topology ?? db?.serverConfig
    return topology?.isConnected?.()
  }
}

function firstOf(document) {
  return Object.values(document)[0]
}

/** Waits until operations of a client are taken: the first ones of a version come only when it is connected. */
async function whenUsable(client) {
  const { topology } = client
  // The old topology of version 3 may forget what it is asked while it connects.
  const isConnecting = topology?.s?.coreTopology !== undefined && !topology.isConnected()
  if (client.s?.hasBeenClosed || (topology && !isConnecting)) return
  if (client.options?.hosts) await client.connect()
  else if (typeof client.s?.url === 'string') {
    await new Promise((resolve) => {
      client.once('open', resolve)
      topology?.once('reconnect', resolve)
    })
  }
}

/** The `bson` module that the driver with a class of clients or databases uses; undefined where it can't be found. */
function libraryOf(maker) {
  for (const [filename, module] of Object.entries(require.cache)) {
    if (!/[\\/]lib[\\/](?:mongo_client|db|mongodb[\\/]db)\.js$/.test(filename)) continue
    const exported = module.exports
    if (exported !== maker && exported?.MongoClient !== maker && exported?.Db !== maker) continue
    const library = loadFrom(filename)
    if (library) return library
  }
  return undefined
}

function loadFrom(filename) {
  try {
    return bson.adapt(createRequire(filename)('bson'))
  } catch (error) {
    if (error.code === 'MODULE_NOT_FOUND') return undefined
    throw error
  }
}

module.exports = { Source }
