'use strict'

// The store's operations through a client of the `mongodb` package, for what the addon's own driver can't do. Stands in
// the place of the addon's `NativeStore`: the same methods, and results in the same form, so that nothing above it
// differs. Each operation is answered exactly once, by its deadline, and in a later turn.

const { setImmediate, setInterval, setTimeout } = require('node:timers')
const { MongoStoreError, isOfCrypto } = require('../../common/errors.js')
const { KIND } = require('../results.js')
const { FORGOTTEN } = require('../../encryption/encryption.js')
const { Carrier } = require('./carrier.js')
const { Clearing, keyOf } = require('./clear.js')
const { plainError } = require('./failure.js')
const { prepare } = require('./prepare.js')

/** The slot of the connection's own events. */
const EVENTS = 0
/** How long `close` waits for operations under way while a server answers, and when none has been heard of yet. */
const DRAIN = 10_000 // ms
const DRAIN_UNHEARD = 2_000 // ms
/** The sessions that `all` decrypts at once. */
const AT_ONCE = 256
/** The largest document that MongoDB stores, and what it has beside id and session, as in `src/mongo/documents.rs`. */
const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024
const FIXED_BYTES = 68
/** The date furthest from 1970, in milliseconds. */
const LAST_DATE = 8.64e15

class DriverStore {
  #settings
  #source
  #deliver
  #carrier
  #finished = []
  #holder
  /** Since when the next operations are waited for, by `performance.now`; undefined for those that are called just now. */
  since

  /**
   * @param {object} settings
   * @param {object} settings.source of `source.js`
   * @param {number} settings.timeLimitMs how long an operation may take
   * @param {number} settings.selectionLimitMs how long a server is looked for
   * @param {{reads: boolean, writes: boolean}} settings.retries whether what fails in passing is tried again
   * @param {string} settings.readsFrom the mode of the read preference
   * @param {string} settings.servers the servers' names, for messages
   * @param {boolean} settings.ttlIndex whether to make the index by which the server removes expired sessions
   * @param {SessionCipher} [settings.cipher] what encrypts the sessions
   * @param {boolean} settings.timestamps whether `set` and `touch` keep `createdAt` and `updatedAt`
   * @param {(results: Array) => void} deliver takes results as `[slot, kind, first, second, …]`
   */
  constructor(settings, deliver) {
    this.#settings = settings
    this.#source = settings.source
    this.#deliver = deliver
    this.#carrier = new Carrier(settings, (...result) => this.#push(...result), KIND.FAILED)
    // What keeps the process alive is a timer, which is asked to or not.
    this.#holder = setInterval(() => {}, 2 ** 30)
    this.#holder.unref()
    prepare(settings, this.#carrier, {
      ready: (error) => this.#push(EVENTS, KIND.READY, error),
      unavailable: (error) => this.#push(EVENTS, KIND.UNAVAILABLE, error),
    })
  }

  /** Whether this store keeps the process alive. */
  hold(alive) {
    if (alive) this.#holder.ref()
    else this.#holder.unref()
  }

  get(slot, id) {
    this.#onSession({ kind: 'get', slot, id }, async (calls, filter) => {
      const found = await calls.findLive(filter)
      if (found === null || found === undefined) return [KIND.MISSING]
      const { session, expires, lastModified } = this.#source.read(found)
      // An array of dates matches the query, too.
      if (!this.#source.isStandIn && expires !== undefined && timeOf(expires) === undefined) return [KIND.MISSING]
      const opened = await this.#open(id, session)
      return opened === FORGOTTEN ? [KIND.MISSING] : [KIND.FOUND, opened, [timeOf(expires), timeOf(lastModified)]]
    })
  }

  /** The session of what is stored; `FORGOTTEN` where it can't be decrypted and counts as none. */
  async #open(id, stored) {
    const { cipher } = this.#settings
    if (!cipher) return stored
    try {
      return await cipher.open(id, stored)
    } catch (error) {
      if (cipher.forgets && isOfCrypto(error)) return FORGOTTEN
      throw error
    }
  }

  set(slot, id, session, expires, lastModified) {
    const { cipher } = this.#settings
    const sizeOf = (value) => FIXED_BYTES + Buffer.byteLength(id) + Buffer.byteLength(value)
    this.#onSession({ kind: 'set', slot, id, writes: true, bytes: sizeOf(session) }, async (calls, filter, _id) => {
      checkSize(sizeOf(session))
      const stored = cipher ? await cipher.seal(id, session) : session
      checkSize(sizeOf(stored))
      const fields = { _id, session: this.#source.decode(stored), ...datesOf(expires, lastModified) }
      const update = { $set: fields, ...this.#timestamps({ createdAt: new Date() }) }
      return [KIND.DONE, await calls.upsert(filter, update)]
    })
  }

  touch(slot, id, expires, lastModified, knownLive) {
    this.#onSession({ kind: 'touch', slot, id, writes: true }, async (calls, filter) => {
      const update = { $set: datesOf(expires, lastModified), ...this.#timestamps() }
      return [KIND.DONE, await calls.update(filter, update, knownLive)]
    })
  }

  destroy(slot, id) {
    this.#onSession({ kind: 'destroy', slot, id, writes: true }, async (calls, filter) => {
      await calls.remove(filter)
      return [KIND.DONE, true]
    })
  }

  all(slot) {
    this.#onAll({ kind: 'all', slot }, async (calls) => {
      const found = await calls.findAllLive()
      const sessions = []
      for (let at = 0; at < found.length; at += AT_ONCE) {
        sessions.push(
          ...(await Promise.all(found.slice(at, at + AT_ONCE).map((document) => this.#readOrNull(document)))),
        )
      }
      return [KIND.SESSIONS, sessions]
    })
  }

  /** One that can't be read does not hide the others. One whose key was not derived in time can be read another time. */
  async #readOrNull(found) {
    try {
      const { id, session } = this.#source.read(found)
      const opened = await this.#open(id, session)
      return opened === FORGOTTEN ? null : opened
    } catch (error) {
      if (error instanceof MongoStoreError && !isOfCrypto(error)) throw error
      return null
    }
  }

  length(slot) {
    this.#onAll({ kind: 'length', slot }, async (calls) => [KIND.COUNT, await calls.count()])
  }

  clear(slot) {
    if (this.#source.isStandIn) return this.#clearStandIn(slot)
    const clearing = new Clearing(this.#carrier, this.#source)
    clearing.job = { kind: 'clear', slot, writes: true, clearing }
    this.#submit(clearing.job, async () => {
      await clearing.carryOut()
      return [KIND.DONE, true]
    })
  }

  /** A test's object has the one method that connect-mongo calls. */
  #clearStandIn(slot) {
    this.#onAll({ kind: 'clear', slot, writes: true, exclusive: true }, async (calls) => {
      await calls.removeAll()
      return [KIND.DONE, true]
    })
  }

  removeExpired(slot) {
    this.#onAll({ kind: 'removeExpired', slot, writes: true }, async (calls) => [
      KIND.COUNT,
      await calls.removeExpired(),
    ])
  }

  /** What the store has done so far. */
  stats() {
    const { counts, queue } = this.#carrier
    return counts.summary(queue.load)
  }

  /** Takes no more operations, waits for those under way while a server is there to answer them, and fails the rest. */
  close(slot) {
    const carrier = this.#carrier
    carrier.isClosed = true
    const end = () => {
      clearTimeout(timer)
      for (const job of carrier.queue.drain()) {
        carrier.answer(job, plainError('MongoClientClosedError', 'Operation interrupted because client was closed'))
      }
      clearInterval(this.#holder)
      this.#push(slot, KIND.DONE, true)
    }
    const timer = setTimeout(end, this.#patience())
    carrier.queue.whenEmpty(end)
  }

  #patience() {
    const { reach } = this.#carrier
    if (reach === undefined) return DRAIN_UNHEARD
    return reach && this.#source.isConnected !== false ? DRAIN : 0
  }

  #timestamps(onInsert) {
    if (!this.#settings.timestamps) return {}
    return { ...(onInsert && { $setOnInsert: onInsert }), $currentDate: { updatedAt: true } }
  }

  // How an operation is carried out.

  #onSession(job, perform) {
    job.key = keyOf(job.id)
    this.#submit(job, () =>
      this.#carrier.attempt(job, ({ calls }) => {
        const _id = this.#source.decode(job.id)
        return perform(calls, { _id: typeof _id === 'string' ? _id : { $eq: _id } }, _id)
      }),
    )
  }

  #onAll(job, perform) {
    this.#submit(job, () => this.#carrier.attempt(job, ({ calls }) => perform(calls)))
  }

  #submit(job, work) {
    job.since = this.since
    this.#carrier.submit(job, work)
  }

  // How results go back: those of one turn together, in the next one.

  #push(slot, kind, first, second) {
    if (this.#finished.length === 0) setImmediate(() => this.#deliver(this.#finished.splice(0)))
    this.#finished.push(slot, kind, first, second)
  }
}

function checkSize(size) {
  if (size <= MAX_DOCUMENT_BYTES) return
  const message = `The session is too large: its document would have ${size} bytes, and MongoDB stores at most ${MAX_DOCUMENT_BYTES}`
  throw new MongoStoreError('MongoServerError', message, 10334, 'BSONObjectTooLarge', [])
}

function datesOf(expires, lastModified) {
  const dates = { expires: new Date(Math.max(-LAST_DATE, Math.min(expires, LAST_DATE))) }
  if (lastModified !== undefined) dates.lastModified = new Date(lastModified)
  return dates
}

/** A stored date in milliseconds; undefined for anything else. A test runner's dates are of another realm. */
function timeOf(value) {
  return Object.prototype.toString.call(value) === '[object Date]' ? value.getTime() : undefined
}

module.exports = { DriverStore }
