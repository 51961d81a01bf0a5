'use strict'

// The operations of a store with version 1 of the driver, which has callbacks and other names.

const { resultsOf } = require('../../common/promises.js')
const { uptime } = require('../../common/timers.js')
const { lateError } = require('./failure.js')
const { EXPIRED, IDS, LIVE, TTL_INDEX, indexesOf } = require('./queries.js')

/** @import { CommandReply, Db } from '../../settings/borrowed/shape.js' */
/** @import { Calls, CallSettings, Update } from './calls.js' */
/** @import { Found } from './source.js' */

/** @typedef {'count' | 'find' | 'findOne' | 'remove' | 'update'} Method */

/**
 * A collection of version 1. Each method takes a callback as its last argument.
 * @typedef {Record<Method, (...args: unknown[]) => unknown> & {collectionName: string, db: Db}} OldCollection
 */

/**
 * @typedef {object} OldCursor
 * @property {(callback: (error: unknown, documents: Found[]) => void) => void} toArray
 * @property {(callback: (error: unknown, document: Found | null) => void) => void} nextObject
 */

/** @implements {Calls} */
class CallsOfVersion1 {
  #collection
  #concern
  #until

  /**
   * @param {OldCollection} collection
   * @param {CallSettings} settings
   */
  constructor(collection, { concern = {}, until }) {
    this.#collection = collection
    this.#concern = { w: 1, ...concern }
    this.#until = until
  }

  /**
   * @param {Method} method
   * @param {unknown[]} args
   * @returns {Promise<unknown[]>}
   */
  async #call(method, ...args) {
    if (uptime() >= this.#until) throw lateError(0)
    return resultsOf((done) => this.#collection[method](...args, done))
  }

  /**
   * @param {object} filter
   * @param {number} now
   */
  async findLive(filter, now) {
    const [found] = await this.#call('findOne', { ...filter, ...LIVE(now) })
    return /** @type {Found | null} */ (found)
  }

  /**
   * @param {object} filter
   * @param {Update} update
   */
  async upsert(filter, update) {
    // This version allows no `_id` in an update. A new document takes it from the filter.
    const fields = { ...update.$set }
    delete fields._id
    const changes = { ...update, $set: fields }
    const [, status] = await this.#call('update', filter, changes, { ...this.#concern, upsert: true })
    return /** @type {{updatedExisting?: boolean} | undefined} */ (status)?.updatedExisting === false
  }

  /**
   * @param {object} filter
   * @param {Update} update
   * @param {number} [liveAt]
   */
  async update(filter, update, liveAt) {
    const condition = liveAt === undefined ? filter : { ...filter, ...LIVE(liveAt) }
    const [count] = await this.#call('update', condition, update, this.#concern)
    return Number(count) > 0
  }

  /** @param {object} filter */
  async remove(filter) {
    await this.#call('remove', filter, { ...this.#concern, single: true })
  }

  /** @param {number} now */
  async findAllLive(now) {
    const [cursor] = await this.#call('find', LIVE(now))
    const [documents] = await resultsOf((/** @type {(error: unknown, documents: Found[]) => void} */ done) =>
      /** @type {OldCursor} */ (cursor).toArray(done),
    )
    return documents
  }

  async count() {
    const [count] = await this.#call('count', {})
    return Number(count)
  }

  async removeAll() {
    await this.#call('remove', {}, this.#concern)
  }

  async *ids() {
    const [cursor] = await this.#call('find', {}, IDS)
    const next = async () => {
      const [found] = await resultsOf((/** @type {(error: unknown, document: Found | null) => void} */ done) =>
        /** @type {OldCursor} */ (cursor).nextObject(done),
      )
      return found
    }
    for (let found = await next(); found; found = await next()) yield found
  }

  /** @param {unknown[]} ids */
  async removeMany(ids) {
    await this.#call('remove', { _id: { $in: ids } }, this.#concern)
  }

  /** @param {number} now */
  async removeExpired(now) {
    const [count] = await this.#call('remove', EXPIRED(now), this.#concern)
    return Number(count)
  }

  async makeIndex() {
    // This version makes an index by writing it into a collection that servers no longer have.
    const { db, collectionName } = this.#collection
    const reply = await command(db, { createIndexes: collectionName, indexes: [TTL_INDEX] })
    if (reply && !reply.ok) throw Object.assign(new Error(reply.errmsg), { code: reply.code, codeName: reply.codeName })
    return reply
  }

  /** @param {Db} db */
  async indexes(db) {
    return indexesOf(await command(db, { listIndexes: this.#collection.collectionName }))
  }

  /** @param {Db} db */
  async ping(db) {
    await command(db, { ping: 1 })
  }
}

/**
 * @param {Db} db
 * @param {object} request
 */
async function command(db, request) {
  if (typeof db.command !== 'function') return undefined
  const [reply] = await resultsOf((/** @type {(error: unknown, reply: CommandReply) => void} */ done) =>
    db.command?.(request, done),
  )
  return reply
}

module.exports = { CallsOfVersion1 }
