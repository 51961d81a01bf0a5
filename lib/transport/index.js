'use strict'

// The store's operations through a client of the `mongodb` package, for what the addon's own driver can't do. Stands in
// the place of the addon's `NativeStore`: the same methods, and results in the same form, so that nothing above it
// differs. Each operation is answered exactly once, by its deadline, and in a later turn.

const { setImmediate, setInterval, setTimeout } = require('node:timers')
const { setTimeout: sleep } = require('node:timers/promises')
const { MongoStoreError, isOfCrypto } = require('../errors.js')
const { KIND } = require('../bridge.js')
const { FORGOTTEN } = require('../crypto.js')
const { Counts } = require('./counts.js')
const { Queue } = require('./queue.js')

/** The slot of the connection's own events. */
const EVENTS = 0
/** How long `close` waits for operations under way while a server answers, and when none has been heard of yet. */
const DRAIN = 10_000 // ms
const DRAIN_UNHEARD = 2_000 // ms
/** The pauses after failed attempts, the last one again and again. */
const PAUSES = [0, 10, 50, 100, 250, 500] // ms
/** The same between attempts to prepare the collection: the first one, and the longest. */
const PREPARE_PAUSES = [500, 30_000] // ms
/** The sessions that `all` decrypts at once. */
const AT_ONCE = 256
/** The largest document that MongoDB stores, and what it has beside id and session, as in `src/document.rs`. */
const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024
const FIXED_BYTES = 68
/** The date furthest from 1970, in milliseconds. */
const LAST_DATE = 8.64e15
/** What the server says when it is not the primary just now, or shuts down, and when two writes meet. */
const PASSING = new Set([91, 189, 10058, 10107, 11600, 11602, 13435, 13436, 11000, 112])
/** Errors of the drivers for a connection that was lost. */
const LOST = new Set(['MongoNetworkError', 'MongoNetworkTimeoutError', 'MongoPoolClearedError', 'MongoPoolClearedOnNetworkError'])
/** The codes of Node for what is written to a connection that the other side has ended. */
const ENDED = new Set(['EPIPE', 'ECONNRESET', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END'])

const failure = (name, message) => new MongoStoreError(name, message, undefined, undefined, [])

class TransportStore {
  #settings
  #source
  #deliver
  #queue = new Queue()
  #counts = new Counts()
  #finished = []
  #holder
  #closed = false
  /** Whether a server has answered the last time that one was asked; undefined before. */
  #reach
  /** Told when an operation has its answer, while the store is closing. */
  #onAnswer = () => {}

  /**
   * @param {object} settings
   * @param {object} settings.source of `source.js`
   * @param {number} settings.timeLimitMs how long an operation may take
   * @param {boolean} settings.ttlIndex whether to make the index by which the server removes expired sessions
   * @param {SessionCipher} [settings.cipher] what encrypts the sessions
   * @param {boolean} settings.timestamps whether `set` and `touch` keep `createdAt` and `updatedAt`
   * @param {(results: Array) => void} deliver takes results as `[slot, kind, first, second, …]`
   */
  constructor({ source, ...settings }, deliver) {
    this.#settings = settings
    this.#source = source
    this.#deliver = deliver
    // What keeps the process alive is a timer, which is asked to or not.
    this.#holder = setInterval(() => {}, 2 ** 30)
    this.#holder.unref()
    this.#prepareUntilReady()
  }

  /** Whether this store keeps the process alive. */
  hold(alive) {
    if (alive) this.#holder.ref()
    else this.#holder.unref()
  }

  get(slot, id) {
    this.#onSession('get', slot, id, async (calls, filter) => {
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
    this.#onSession('set', slot, id, async (calls, filter, _id) => {
      checkSize(sizeOf(session))
      const stored = cipher ? await cipher.seal(id, session) : session
      checkSize(sizeOf(stored))
      const fields = { _id, session: this.#source.decode(stored), ...datesOf(expires, lastModified) }
      const update = { $set: fields, ...this.#timestamps({ createdAt: new Date() }) }
      return [KIND.DONE, await calls.upsert(filter, update)]
    }, sizeOf(session))
  }

  touch(slot, id, expires, lastModified, knownLive) {
    this.#onSession('touch', slot, id, async (calls, filter) => {
      const update = { $set: datesOf(expires, lastModified), ...this.#timestamps() }
      return [KIND.DONE, await calls.update(filter, update, knownLive)]
    })
  }

  destroy(slot, id) {
    this.#onSession('destroy', slot, id, async (calls, filter) => {
      await calls.remove(filter)
      return [KIND.DONE, true]
    })
  }

  all(slot) {
    this.#onAll('all', slot, async (calls) => {
      const found = await calls.findAllLive()
      const sessions = []
      for (let at = 0; at < found.length; at += AT_ONCE) {
        sessions.push(...await Promise.all(found.slice(at, at + AT_ONCE).map((document) => this.#readOrNull(document))))
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
    this.#onAll('length', slot, async (calls) => [KIND.COUNT, await calls.count()])
  }

  clear(slot) {
    this.#onAll('clear', slot, async (calls) => {
      await calls.removeAll()
      return [KIND.DONE, true]
    }, true)
  }

  removeExpired(slot) {
    this.#onAll('removeExpired', slot, async (calls) => [KIND.COUNT, await calls.removeExpired()])
  }

  /** What the store has done so far. */
  stats() {
    return this.#counts.summary(this.#queue.load)
  }

  /** Takes no more operations, waits for those under way while a server is there to answer them, and fails the rest. */
  close(slot) {
    this.#closed = true
    const end = () => {
      this.#onAnswer = () => {}
      clearTimeout(timer)
      for (const job of this.#queue.drain()) job.fail(failure('MongoClientClosedError', 'Operation interrupted because client was closed'))
      clearInterval(this.#holder)
      this.#push(slot, KIND.DONE, true)
    }
    const timer = setTimeout(end, this.#patience())
    this.#onAnswer = () => {
      if (this.#queue.isEmpty) end()
    }
    this.#onAnswer()
  }

  #patience() {
    if (this.#reach === undefined) return DRAIN_UNHEARD
    return this.#reach && this.#source.isConnected !== false ? DRAIN : 0
  }

  #timestamps(onInsert) {
    if (!this.#settings.timestamps) return {}
    return { ...(onInsert && { $setOnInsert: onInsert }), $currentDate: { updatedAt: true } }
  }

  // How an operation is carried out.

  #onSession(kind, slot, id, perform, bytes) {
    // Bytes and text of the same characters are different ids.
    const key = typeof id === 'string' ? `text ${id}` : `bytes ${Buffer.from(id).toString('latin1')}`
    this.#submit({ kind, slot, key, bytes }, ({ calls }) => {
      const _id = this.#source.decode(id)
      return perform(calls, { _id: typeof _id === 'string' ? _id : { $eq: _id } }, _id)
    })
  }

  #onAll(kind, slot, perform, exclusive = false) {
    this.#submit({ kind, slot, exclusive }, ({ calls }) => perform(calls))
  }

  #submit(job, perform) {
    const since = performance.now()
    const answer = (error, ...result) => {
      if (job.isAnswered) return
      job.isAnswered = true
      clearTimeout(timer)
      this.#queue.finish(job)
      this.#counts.answered(job.kind, performance.now() - since, error)
      if (error) this.#push(job.slot, KIND.FAILED, error)
      else this.#push(job.slot, ...result)
      this.#onAnswer()
    }
    let cause
    const { timeLimitMs } = this.#settings
    const timer = setTimeout(() => answer(lateError(timeLimitMs, cause)), Math.min(timeLimitMs, 2 ** 31 - 1))
    timer.unref()
    job.fail = answer
    job.start = async () => {
      for (let attempt = 0; !job.isAnswered; attempt += 1) {
        this.#counts.sent(attempt > 0)
        try {
          const result = await perform(await this.#source.open())
          this.#reach = true
          return answer(null, ...result)
        } catch (thrown) {
          const error = thrown ?? new Error('The client of the application failed without an error')
          if (!isPassing(error)) return answer(error)
          cause = error
        }
        await sleep(PAUSES[Math.min(attempt, PAUSES.length - 1)])
      }
    }
    if (this.#closed) answer(failure('MongoNotConnectedError', 'Client must be connected before running operations'))
    else if (!this.#queue.push(job)) answer(failure('MongoStoreOverloadedError', 'Too many operations of the session store are waiting'))
  }

  // How results go back: those of one turn together, in the next one.

  #push(slot, kind, first, second) {
    if (this.#finished.length === 0) setImmediate(() => this.#deliver(this.#finished.splice(0)))
    this.#finished.push(slot, kind, first, second)
  }

  // How the collection is prepared: until a server has answered, as often as it takes.

  async #prepareUntilReady() {
    const [shortest, longest] = PREPARE_PAUSES
    let pause = shortest
    while (!this.#closed) {
      try {
        const { calls, db } = await this.#source.open()
        if (this.#settings.ttlIndex) await calls.makeIndex()
        else await calls.ping(db)
        this.#reach = true
        return this.#push(EVENTS, KIND.READY)
      } catch (error) {
        this.#reach = hasAnswered(error)
        // The server answered, and said no: operations may work all the same.
        if (this.#reach) return this.#push(EVENTS, KIND.READY, error)
        if (!this.#closed) this.#push(EVENTS, KIND.UNAVAILABLE, error)
      }
      await sleep(pause, undefined, { ref: false })
      pause = Math.min(pause * 2, longest)
    }
  }
}

/** Whether the same operation may succeed when it is tried again. */
function isPassing(error) {
  const { name, code, syscall, errorLabels } = error ?? {}
  // Some drivers let an error of the socket through as it is.
  if (PASSING.has(code) || LOST.has(name) || ENDED.has(code) || ['read', 'write', 'connect'].includes(syscall)) return true
  return Array.isArray(errorLabels) && errorLabels.some((label) => label.startsWith('Retryable'))
}

/** Whether an error is a server's answer, and not one of a moment or of a wrong password. */
function hasAnswered(error) {
  const isRefusal = error?.code === 18 || error?.codeName === 'AuthenticationFailed'
  return typeof error?.code === 'number' && !isRefusal && !isPassing(error)
}

function lateError(limit, cause) {
  return failure('MongoOperationTimeoutError', `The operation was not done within ${limit} ms${cause ? `: ${cause.message}` : ''}`)
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

module.exports = { TransportStore }
