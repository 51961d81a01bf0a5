'use strict'

// The operations of a store as calls of a driver's collection: by promises, which drivers have from version 2 on, or by
// the methods and callbacks of version 1. A stand-in of a test may have a few of the methods only, and may answer with
// anything.

const { resultsOf } = require('../../common/promises.js')
const { lateError } = require('./failure.js')

/** What a session must be to be returned: it has no `expires`, or a date that is to come. */
const live = () => ({ $or: [{ expires: { $exists: false } }, { expires: { $gt: new Date() } }] })
const expired = () => ({ expires: { $lt: new Date() } })
/** The index by which the server removes expired sessions, as connect-mongo describes it. */
const TTL = { background: true, expireAfterSeconds: 0 }
const TTL_KEY = { expires: 1 }
/** Ids alone, read where nothing is late: what a secondary has not removed yet would be removed for ever. */
const IDS = { projection: { _id: 1 }, fields: { _id: 1 }, batchSize: 512, readPreference: 'primary' }
/** How long a driver with deadlines of its own goes on after the caller's: otherwise it would give a write up that goes on. */
const GRACE = 5000 // ms

class Calls {
  #collection
  #concern
  #exact
  #until

  /**
   * @param {object} collection of a driver from version 2 on
   * @param {object} settings
   * @param {object} [settings.concern] what stands beside the options of every write
   * @param {boolean} settings.exact whether documents are wanted as the bytes that are stored, so that nothing changes its
   *   type on the way, and the server is told how long it has: a test's object knows neither
   * @param {number} settings.until the caller's deadline, by `performance.now`
   */
  constructor(collection, { concern = {}, exact, until }) {
    this.#collection = collection
    this.#concern = concern
    this.#exact = exact
    this.#until = until
  }

  /** The options of a read, as arguments. */
  #read(more = { raw: true }) {
    return this.#exact ? [{ ...more, ...this.#time(0) }] : []
  }

  #write(more = {}) {
    return { ...more, ...this.#concern, ...(this.#exact && this.#time(GRACE)) }
  }

  /** The time that the server has; with drivers before version 4 only for reads. */
  #time(grace) {
    if (this.#until === Infinity) return {}
    const left = Math.ceil(this.#until - performance.now())
    if (left <= 0) throw lateError(0)
    return typeof this.#collection.timeoutMS === 'number' ? { timeoutMS: left + grace } : { maxTimeMS: left }
  }

  findLive(filter) {
    return this.#collection.findOne({ ...filter, ...live() }, ...this.#read())
  }

  /** Whether the document was created. */
  async upsert(filter, update) {
    const result = await this.#collection.updateOne(filter, update, this.#write({ upsert: true }))
    return result?.upsertedCount > 0
  }

  /** Whether there was a document. */
  async update(filter, update, knownLive) {
    const result = await this.#collection.updateOne(
      knownLive ? filter : { ...filter, ...live() },
      update,
      this.#write(),
    )
    return result?.acknowledged === false || result?.matchedCount !== 0
  }

  async remove(filter) {
    await this.#collection.deleteOne(filter, this.#write())
  }

  async findAllLive() {
    return this.#collection.find(live(), ...this.#read()).toArray()
  }

  async count() {
    const method = this.#collection.countDocuments ? 'countDocuments' : 'count'
    return Number(await this.#collection[method]({}, ...this.#read({})))
  }

  async removeAll() {
    await this.#collection.deleteMany({}, this.#write())
  }

  /** The documents' ids, each as its document is found. */
  async *ids() {
    const cursor = this.#collection.find({}, { raw: true, ...IDS })
    try {
      for (let found = await cursor.next(); found; found = await cursor.next()) yield found
    } finally {
      await cursor.close()
    }
  }

  async removeMany(ids) {
    await this.#collection.deleteMany({ _id: { $in: ids } }, this.#write())
  }

  async removeExpired() {
    return (await this.#collection.deleteMany(expired(), this.#write()))?.deletedCount ?? 0
  }

  async makeIndex() {
    await this.#collection.createIndex?.(TTL_KEY, TTL)
  }

  /** Whether a server answers. */
  async ping(db) {
    await db.command?.({ ping: 1 })
  }
}

/** The same by version 1, which has callbacks and other names. */
class CallsOfVersion1 {
  #collection
  #call
  #concern

  constructor(collection, { concern = {}, until }) {
    this.#collection = collection
    this.#call = async (method, ...args) => {
      if (performance.now() >= until) throw lateError(0)
      return resultsOf((done) => collection[method](...args, done))
    }
    this.#concern = { w: 1, ...concern }
  }

  async findLive(filter) {
    const [found] = await this.#call('findOne', { ...filter, ...live() })
    return found
  }

  async upsert(filter, update) {
    // This version knows no `_id` in an update: the filter's is taken for a new document.
    const fields = { ...update.$set }
    delete fields._id
    const [, status] = await this.#call(
      'update',
      filter,
      { ...update, $set: fields },
      { ...this.#concern, upsert: true },
    )
    return status?.updatedExisting === false
  }

  async update(filter, update, knownLive) {
    const [count] = await this.#call('update', knownLive ? filter : { ...filter, ...live() }, update, this.#concern)
    return Number(count) > 0
  }

  async remove(filter) {
    await this.#call('remove', filter, { ...this.#concern, single: true })
  }

  async findAllLive() {
    const [cursor] = await this.#call('find', live())
    const [documents] = await resultsOf((done) => cursor.toArray(done))
    return documents
  }

  async count() {
    const [count] = await this.#call('count', {})
    return Number(count)
  }

  async *ids() {
    const [cursor] = await this.#call('find', {}, IDS)
    const next = async () => (await resultsOf((done) => cursor.nextObject(done)))[0]
    for (let found = await next(); found; found = await next()) yield found
  }

  async removeMany(ids) {
    await this.#call('remove', { _id: { $in: ids } }, this.#concern)
  }

  async removeExpired() {
    const [count] = await this.#call('remove', expired(), this.#concern)
    return Number(count)
  }

  async makeIndex() {
    // Its own way to make an index is to write it into a collection which servers no longer have.
    const { db, collectionName } = this.#collection
    const index = { key: TTL_KEY, name: 'expires_1', ...TTL }
    const [reply] = await resultsOf((done) => db.command({ createIndexes: collectionName, indexes: [index] }, done))
    if (!reply.ok) throw Object.assign(new Error(reply.errmsg), { code: reply.code, codeName: reply.codeName })
  }

  async ping(db) {
    await resultsOf((done) => db.command({ ping: 1 }, done))
  }
}

/** The calls of a collection, by whichever methods it has. */
function callsOf(collection, settings) {
  const isOfVersion1 = typeof collection.update === 'function' && typeof collection.updateOne !== 'function'
  return isOfVersion1 ? new CallsOfVersion1(collection, settings) : new Calls(collection, settings)
}

module.exports = { callsOf }
