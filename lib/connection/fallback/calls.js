'use strict'

// The operations of a store as calls of a driver's collection, with promises from version 2 on, or with the methods and
// callbacks of version 1. A stand-in in a test may have only some of the methods, and may answer anything.

const { types } = require('node:util')
const { callIfThere } = require('../../common/given.js')
const { uptime } = require('../../common/timers.js')
const { CallsOfVersion1 } = require('./calls-of-version-1.js')
const { lateError } = require('./failure.js')
const { EXPIRED, IDS, LIVE, TTL, TTL_INDEX, TTL_KEY, indexesOf } = require('./queries.js')

/** @import { Db } from '../../settings/borrowed/shape.js' */
/** @import { Found } from './source.js' */
/** @import { OldCollection } from './calls-of-version-1.js' */

/**
 * The operations on a collection.
 * @typedef {object} Calls
 * @property {(filter: object, now: number) => Promise<Found | null | undefined>} findLive
 * @property {(filter: object, update: Update) => Promise<boolean>} upsert resolves with whether the document was
 *   created
 * @property {(filter: object, update: Update, liveAt?: number) => Promise<boolean>} update resolves with whether there
 *   was a document; without `liveAt`, an expired one counts, too
 * @property {(filter: object) => Promise<void>} remove
 * @property {(now: number) => Promise<Found[]>} findAllLive
 * @property {() => Promise<number>} count
 * @property {() => Promise<void>} removeAll
 * @property {() => AsyncIterable<Found>} ids yields the documents of the collection, with their ids alone
 * @property {(ids: unknown[]) => Promise<void>} removeMany
 * @property {(now: number) => Promise<number>} removeExpired
 * @property {(db: Db) => Promise<unknown>} makeIndex resolves with the server's reply, if it is known
 * @property {(db: Db) => Promise<Index[]>} indexes returns the indexes of the collection; none if they can't be listed
 * @property {(db: Db) => Promise<void>} ping resolves when a server answers
 */

/**
 * An index, as the server describes it.
 * @typedef {{key?: Record<string, unknown>, expireAfterSeconds?: unknown, partialFilterExpression?: object}} Index
 */

/** @typedef {{$set: Record<string, unknown>, $setOnInsert?: object, $currentDate?: object}} Update */

/**
 * A collection of a driver from version 2 on, or of a test. The object of a test may answer anything.
 * @typedef {object} Collection
 * @property {(filter: object, options?: object) => Promise<Found | null | undefined>} findOne
 * @property {(filter: object, options?: object) => Cursor} find
 * @property {(filter: object, update: object, options?: object) => Promise<WriteResult>} updateOne
 * @property {(filter: object, update: object, options?: object) => Promise<WriteResult>} updateMany
 * @property {(filter: object, options?: object) => Promise<WriteResult>} deleteOne
 * @property {(filter: object, options?: object) => Promise<WriteResult>} deleteMany
 * @property {(filter: object, options?: object) => Promise<number>} [countDocuments]
 * @property {(filter: object, options?: object) => Promise<number>} count
 * @property {(key: object, options: object) => Promise<unknown>} [createIndex]
 * @property {string} [collectionName]
 * @property {number} [timeoutMS] of a driver that has deadlines
 */

/** @typedef {{toArray(): Promise<Found[]>, next(): Promise<Found | null>, close(): Promise<unknown>}} Cursor */

/**
 * @typedef {{
 *   acknowledged?: boolean,
 *   deletedCount?: number,
 *   matchedCount?: number,
 *   upsertedCount?: number,
 * } | null | undefined} WriteResult
 */

/**
 * @typedef {object} CallSettings
 * @property {object} [concern] is added to the options of every write
 * @property {boolean} exact whether to read documents as their stored bytes, so that nothing changes its type on the
 *   way, and to tell the server how long it has; the object of a test supports neither
 * @property {number} until the caller's deadline, by `uptime`
 * @property {boolean} numbered whether the driver may give writes transaction numbers
 */

/**
 * The methods that write one document, which they are given the id of. A driver numbers no write of many documents: some
 * engines refuse transaction numbers, as in `src/mongo/codes.rs`.
 * @satisfies {Record<string, {update: 'updateOne' | 'updateMany', remove: 'deleteOne' | 'deleteMany'}>}
 */
const WRITES = {
  numbered: { update: 'updateOne', remove: 'deleteOne' },
  unnumbered: { update: 'updateMany', remove: 'deleteMany' },
}

/**
 * How much longer than its caller a driver with its own deadlines waits for a write. Otherwise it would give up a write
 * that the server still carries out.
 */
const GRACE = 5000 // ms

/** @implements {Calls} */
class CallsByPromise {
  #collection
  #concern
  #exact
  #until
  #writes

  /**
   * @param {Collection} collection
   * @param {CallSettings} settings
   */
  constructor(collection, { concern = {}, exact, until, numbered }) {
    this.#collection = collection
    this.#concern = concern
    this.#exact = exact
    this.#until = until
    this.#writes = numbered || !exact ? WRITES.numbered : WRITES.unnumbered
  }

  /** The options of a read, as arguments. */
  #read(more = {}) {
    return this.#exact ? [{ ...more, ...this.#time(0) }] : []
  }

  #write(more = {}) {
    return { ...more, ...this.#concern, ...(this.#exact && this.#time(GRACE)) }
  }

  /**
   * The time limit of the server; with drivers before version 4 only for reads.
   * @param {number} grace
   */
  #time(grace) {
    if (this.#until === Infinity) return {}
    const left = Math.ceil(this.#until - uptime())
    if (left <= 0) throw lateError(0)
    return typeof this.#collection.timeoutMS === 'number' ? { timeoutMS: left + grace } : { maxTimeMS: left }
  }

  /**
   * @param {object} filter
   * @param {number} now
   */
  async findLive(filter, now) {
    const query = { ...filter, ...LIVE(now) }
    const found = await this.#collection.findOne(query, ...this.#read({ raw: true }))
    return this.#isUnasked(found) ? this.#collection.findOne(query) : found
  }

  /**
   * Whether a document did not come as bytes, as requested. Then the collection works like that of version 2, which
   * wrappers of newer drivers imitate. It took the options as the list of wanted fields, and the other fields are
   * missing.
   * @param {Found | null | undefined} found
   */
  #isUnasked(found) {
    return this.#exact && Boolean(found) && !types.isUint8Array(found)
  }

  /**
   * @param {object} filter
   * @param {Update} update
   */
  async upsert(filter, update) {
    const result = await this.#collection[this.#writes.update](filter, update, this.#write({ upsert: true }))
    return Number(result?.upsertedCount) > 0
  }

  /**
   * @param {object} filter
   * @param {Update} update
   * @param {number} [liveAt]
   */
  async update(filter, update, liveAt) {
    const condition = liveAt === undefined ? filter : { ...filter, ...LIVE(liveAt) }
    const result = await this.#collection[this.#writes.update](condition, update, this.#write())
    return result?.acknowledged === false || result?.matchedCount !== 0
  }

  /** @param {object} filter */
  async remove(filter) {
    await this.#collection[this.#writes.remove](filter, this.#write())
  }

  /** @param {number} now */
  async findAllLive(now) {
    const found = await this.#collection.find(LIVE(now), ...this.#read({ raw: true })).toArray()
    return this.#isUnasked(found[0]) ? this.#collection.find(LIVE(now)).toArray() : found
  }

  async count() {
    const options = this.#read()
    // Before version 3.1, there is only `count`.
    if (!this.#collection.countDocuments) return Number(await this.#collection.count({}, ...options))
    return Number(await this.#collection.countDocuments({}, ...options))
  }

  async removeAll() {
    await this.#collection.deleteMany({}, this.#write())
  }

  async *ids() {
    const cursor = this.#collection.find({}, { raw: true, ...IDS })
    try {
      for (let found = await cursor.next(); found; found = await cursor.next()) yield found
    } finally {
      await cursor.close()
    }
  }

  /** @param {unknown[]} ids */
  async removeMany(ids) {
    await this.#collection.deleteMany({ _id: { $in: ids } }, this.#write())
  }

  /** @param {number} now */
  async removeExpired(now) {
    return (await this.#collection.deleteMany(EXPIRED(now), this.#write()))?.deletedCount ?? 0
  }

  /**
   * The driver's own method hides the server's reply. A test's object has only that one.
   * @param {Db} db
   */
  async makeIndex(db) {
    if (!this.#exact || typeof db.command !== 'function')
      return callIfThere(this.#collection, 'createIndex', TTL_KEY, TTL)
    return db.command({ createIndexes: this.#collection.collectionName, indexes: [TTL_INDEX] })
  }

  /** @param {Db} db */
  async indexes(db) {
    return indexesOf(await callIfThere(db, 'command', { listIndexes: this.#collection.collectionName }))
  }

  /** @param {Db} db */
  async ping(db) {
    await callIfThere(db, 'command', { ping: 1 })
  }
}

/**
 * The calls of a collection, chosen by the methods that it has.
 * @param {object} collection
 * @param {CallSettings} settings
 * @returns {Calls}
 */
function callsOf(collection, settings) {
  const { update, updateOne } = /** @type {Partial<Collection & OldCollection>} */ (collection)
  const isOfVersion1 = typeof update === 'function' && typeof updateOne !== 'function'
  return isOfVersion1
    ? new CallsOfVersion1(/** @type {OldCollection} */ (collection), settings)
    : new CallsByPromise(/** @type {Collection} */ (collection), settings)
}

module.exports = { callsOf }
