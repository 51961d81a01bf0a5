'use strict'

// Carries out the operations of a store through a client of the `mongodb` package. It has the methods of the addon's
// `NativeStore`, and returns results in the same form, so that nothing above it differs. It answers each operation
// exactly once, by its deadline, and in a later turn.

const { MongoStoreError, checkSize, isOfCrypto } = require('../../common/errors.js')
const { Promise } = require('../../common/promises.js')
const { clearInterval, clearTimeout, setImmediate, setInterval, setTimeout, uptime } = require('../../common/timers.js')
const { EVENTS, KIND } = require('../results.js')
const { Carrier } = require('./carrier.js')
const { Clearing, keyOf } = require('./clear.js')
const { FIXED_BYTES, datesOf, timeOf } = require('./documents.js')
const { Job } = require('./job.js')
const { Outages } = require('./outages.js')
const { prepare } = require('./prepare.js')

/** @import { NativeStore, Results, Value } from '../../common/native.js' */
/** @import { Answer, ConnectionEvent } from '../results.js' */
/** @import { Calls, Update } from './calls.js' */
/** @import { SessionCipher } from './cipher.js' */
/** @import { ClientSettings } from './settings.js' */
/** @import { Found, Source } from './source.js' */

/**
 * @typedef {object} OwnSettings
 * @property {Source} source
 * @property {boolean} ttlIndex whether to make the TTL index
 * @property {SessionCipher} [cipher] encrypts the sessions
 * @property {boolean} timestamps whether `set` and `touch` keep `createdAt` and `updatedAt`
 */

/** @typedef {ClientSettings & OwnSettings} FallbackSettings */

/** How long `close` waits for operations under way: while a server answers, and when none has answered yet. */
const DRAIN = 10_000 // ms
const DRAIN_UNHEARD = 2_000 // ms
/** The number of sessions that `all` decrypts at once. */
const AT_ONCE = 256
/** The callback of a timer that must not refer to a store. */
const nothing = () => {}
/**
 * Ends what outlives stores that were collected without being closed.
 * @type {FinalizationRegistry<{holder: NodeJS.Timeout, outages: InstanceType<typeof Outages>}>}
 */
const forgotten = new FinalizationRegistry(({ holder, outages }) => {
  clearInterval(holder)
  outages.end()
})

/** @implements {NativeStore} */
class DriverStore {
  #settings
  #source
  #deliver
  #carrier
  /** @type {Results} */
  #finished = []
  #holder
  #outages
  /** How many milliseconds ago the next operation was called. */
  #age = 0

  /**
   * @param {FallbackSettings} settings
   * @param {(results: Results) => void} deliver takes results as `[slot, kind, first, second, …]`
   */
  constructor(settings, deliver) {
    this.#settings = settings
    this.#source = settings.source
    this.#deliver = deliver
    this.#carrier = new Carrier(settings, (slot, answer) => this.#push(slot, answer))
    // `hold` decides whether this timer keeps the process alive.
    this.#holder = setInterval(nothing, 2 ** 30)
    this.#holder.unref()
    this.#outages = new Outages(settings.source.emitter, DriverStore.#telling(new WeakRef(this)))
    forgotten.register(this, { holder: this.#holder, outages: this.#outages })
    prepare(settings, this.#carrier, {
      ready: (error) => {
        this.#outages.answered()
        this.#push(EVENTS, [KIND.READY, error])
      },
      unavailable: (error) => this.#push(EVENTS, [KIND.UNAVAILABLE, error]),
    })
  }

  /**
   * The functions that report outages to a store. The client outlives the store, and must not keep it alive. These
   * functions are made here, because those of the constructor refer to the store.
   * @param {WeakRef<DriverStore>} store
   */
  static #telling(store) {
    const tell = (/** @type {ConnectionEvent} */ event) => {
      const open = store.deref()
      if (open) open.#push(EVENTS, event)
    }
    return { lost: (/** @type {Error} */ error) => tell([KIND.LOST, error]), back: () => tell([KIND.BACK]) }
  }

  /**
   * Sets whether this store keeps the process alive.
   * @param {boolean} alive
   */
  hold(alive) {
    if (alive) this.#holder.ref()
    else this.#holder.unref()
  }

  /** Does nothing: each operation starts when it is called. */
  flush() {}

  /**
   * Tells how many milliseconds ago the next operation was called. Its deadline counts from then.
   * @param {number} milliseconds
   */
  backdate(milliseconds) {
    this.#age = milliseconds
  }

  /** When the operation that is being submitted was called, by `uptime`. */
  #called() {
    const since = uptime() - this.#age
    this.#age = 0
    return since
  }

  /**
   * @param {number} slot
   * @param {Value} id
   * @param {number} now
   */
  get(slot, id, now) {
    return this.#onSession('get', slot, id, {}, async (calls, filter) => {
      const found = await calls.findLive(filter, now)
      if (found === null || found === undefined) return [KIND.MISSING]
      const { id: stored, session, expires, lastModified } = this.#source.read(found)
      // If the collection has a collation, the server may find a document with another id.
      if (typeof id === 'string' && typeof stored === 'string' && stored !== id) return [KIND.MISSING]
      // An array of dates matches the query, too. Such a document has no expiry.
      if (!this.#source.isStandIn && expires !== undefined && timeOf(expires) === undefined) return [KIND.MISSING]
      const opened = await this.#open(id, session)
      return opened === null ? [KIND.MISSING] : [KIND.FOUND, opened, [timeOf(expires), timeOf(lastModified), session]]
    })
  }

  /**
   * The session of a stored value; null if it can't be decrypted and counts as none.
   * @param {Value} id
   * @param {Value | undefined} stored
   */
  async #open(id, stored) {
    const { cipher } = this.#settings
    if (!cipher) return stored
    try {
      return await cipher.open(id, stored)
    } catch (error) {
      if (cipher.forgets && isOfCrypto(error)) return null
      throw error
    }
  }

  /**
   * @param {number} slot
   * @param {Value} id
   * @param {number} now
   * @param {Value} session
   * @param {number} expires
   * @param {number | undefined} lastModified
   * @param {boolean} isKnown whether it is stored only if it exists
   * @param {Value} [record] what must be stored for that
   */
  set(slot, id, now, session, expires, lastModified, isKnown, record) {
    const { cipher } = this.#settings
    /** @param {Value} value */
    const sizeOf = (value) => FIXED_BYTES + Buffer.byteLength(id) + Buffer.byteLength(value)
    const more = { writes: true, bytes: sizeOf(session) + (record === undefined ? 0 : Buffer.byteLength(record)) }
    return this.#onSession('set', slot, id, more, async (calls, filter, _id) => {
      checkSize(sizeOf(session))
      const stored = cipher ? await cipher.seal(id, session) : session
      checkSize(sizeOf(stored))
      const fields = { session: this.#source.decode(stored), ...datesOf(expires, lastModified) }
      if (isKnown) {
        const condition = record === undefined ? filter : { ...filter, session: { $eq: this.#source.decode(record) } }
        const isThere = await calls.update(condition, { $set: fields, ...this.#timestamps() })
        return isThere ? [KIND.DONE, false] : [KIND.MISSING]
      }
      const update = { $set: { _id, ...fields }, ...this.#timestamps({ createdAt: new Date(now) }) }
      return [KIND.DONE, await calls.upsert(filter, update)]
    })
  }

  /**
   * @param {number} slot
   * @param {Value} id
   * @param {number} now
   * @param {number} expires
   * @param {number | undefined} lastModified
   * @param {boolean} knownLive
   */
  touch(slot, id, now, expires, lastModified, knownLive) {
    return this.#onSession('touch', slot, id, { writes: true }, async (calls, filter) => {
      const update = { $set: datesOf(expires, lastModified), ...this.#timestamps() }
      return [KIND.DONE, await calls.update(filter, update, knownLive ? undefined : now)]
    })
  }

  /**
   * @param {number} slot
   * @param {Value} id
   */
  destroy(slot, id) {
    return this.#onSession('destroy', slot, id, { writes: true }, async (calls, filter) => {
      await calls.remove(filter)
      return [KIND.DONE, true]
    })
  }

  /**
   * @param {number} slot
   * @param {number} now
   */
  all(slot, now) {
    this.#onAll('all', slot, {}, async (calls) => {
      const found = await calls.findAllLive(now)
      /** @type {(Value | undefined | null)[]} */
      const sessions = []
      for (let at = 0; at < found.length; at += AT_ONCE) {
        sessions.push(
          ...(await Promise.all(found.slice(at, at + AT_ONCE).map((document) => this.#readOrNull(document)))),
        )
      }
      return [KIND.SESSIONS, sessions]
    })
  }

  /**
   * A session; null for one that can't be read, which must not hide the others. A session whose key was not derived in
   * time may be readable later, so that is an error of `all`.
   * @param {Found} found
   */
  async #readOrNull(found) {
    try {
      const { id, session } = this.#source.read(found)
      return await this.#open(id ?? '', session)
    } catch (error) {
      if (error instanceof MongoStoreError && !isOfCrypto(error)) throw error
      return null
    }
  }

  /** @param {number} slot */
  length(slot) {
    this.#onAll('length', slot, {}, async (calls) => [KIND.COUNT, await calls.count()])
  }

  /** @param {number} slot */
  clear(slot) {
    if (this.#source.isStandIn) return this.#clearStandIn(slot)
    const clearing = new Clearing(this.#carrier, this.#source, slot, this.#called())
    this.#carrier.submit(clearing.job, async () => {
      await clearing.carryOut()
      return [KIND.DONE, true]
    })
  }

  /**
   * The object of a test has only the one method that connect-mongo calls.
   * @param {number} slot
   */
  #clearStandIn(slot) {
    this.#onAll('clear', slot, { writes: true, exclusive: true }, async (calls) => {
      await calls.removeAll()
      return [KIND.DONE, true]
    })
  }

  /**
   * @param {number} slot
   * @param {number} now
   */
  removeExpired(slot, now) {
    this.#onAll('removeExpired', slot, { writes: true }, async (calls) => [KIND.COUNT, await calls.removeExpired(now)])
  }

  /** What the store has done so far. */
  stats() {
    const { counts, queue } = this.#carrier
    return counts.summary(queue.load)
  }

  /**
   * Accepts no more operations, waits for those under way while there is a server to answer them, and fails the rest.
   * @param {number} slot
   */
  close(slot) {
    const carrier = this.#carrier
    carrier.isClosed = true
    this.#outages.end()
    const end = () => {
      clearTimeout(timer)
      for (const job of carrier.queue.drain()) {
        carrier.fail(
          job,
          new MongoStoreError('MongoClientClosedError', 'Operation interrupted because client was closed'),
        )
      }
      this.#push(slot, [KIND.DONE, true])
    }
    const timer = setTimeout(end, this.#patience())
    carrier.queue.whenEmpty(end)
  }

  /** Drops what is left, once the store is closed. */
  release() {
    clearInterval(this.#holder)
  }

  #patience() {
    const { reach } = this.#carrier
    if (reach === undefined) return DRAIN_UNHEARD
    return reach && this.#source.isConnected !== false ? DRAIN : 0
  }

  /**
   * @param {object} [onInsert] what only a new document gets
   * @returns {Partial<Update>}
   */
  #timestamps(onInsert) {
    if (!this.#settings.timestamps) return {}
    return { ...(onInsert && { $setOnInsert: onInsert }), $currentDate: { updatedAt: true } }
  }

  // How an operation is carried out.

  /**
   * @param {string} kind
   * @param {number} slot
   * @param {Value} id
   * @param {{writes?: boolean, bytes?: number}} more
   * @param {(calls: Calls, filter: object, id: unknown) => Promise<Answer>} perform
   * @returns {boolean} whether the operation waits for `flush`
   */
  #onSession(kind, slot, id, more, perform) {
    const job = new Job(kind, slot, { ...more, id, key: keyOf(id), since: this.#called() })
    this.#carrier.submit(job, () =>
      this.#carrier.attempt(job, ({ calls }) => {
        const _id = this.#source.decode(id)
        return perform(calls, { _id: typeof _id === 'string' ? _id : { $eq: _id } }, _id)
      }),
    )
    return false
  }

  /**
   * @param {string} kind
   * @param {number} slot
   * @param {{writes?: boolean, exclusive?: boolean}} more
   * @param {(calls: Calls) => Promise<Answer>} perform
   */
  #onAll(kind, slot, more, perform) {
    const job = new Job(kind, slot, { ...more, since: this.#called() })
    this.#carrier.submit(job, () => this.#carrier.attempt(job, ({ calls }) => perform(calls)))
  }

  /**
   * Delivers a result. The results of one turn are delivered together, in the next turn.
   * @param {number} slot
   * @param {Answer | ConnectionEvent} result
   */
  #push(slot, [kind, first, second]) {
    if (this.#finished.length === 0) setImmediate(() => this.#deliver(this.#finished.splice(0)))
    this.#finished.push(slot, kind, first, second)
  }
}

exports.DriverStore = DriverStore
