'use strict'

// The crossing to the addon: an operation takes a slot, one synchronous call with primitives submits it, and the results
// of many operations come back in one flat array. Calls of one turn of the event loop are sent together.

const { NativeStore } = require('../common/native.js')
const { setImmediate } = require('../common/timers.js')

/** Kinds of results, in `src/node/completion.rs` by the same numbers. */
const KIND = Object.freeze({
  DONE: 0,
  MISSING: 1,
  FOUND: 2,
  COUNT: 3,
  SESSIONS: 4,
  FAILED: 5,
  READY: 6,
  UNAVAILABLE: 7,
})

/** The slot of the connection's own events. */
const EVENTS = 0
/** The elements of one result: slot, kind, two values. */
const STRIDE = 4
/** So many operations are sent before the turn ends: the server works on them meanwhile. */
const ENOUGH = 32
/** What takes a result that nobody wants. */
const NOBODY = Object.freeze({ finish() {} })

/**
 * What a carrier answers.
 * @typedef {object} Caller
 * @property {(kind: number, first: *, second: *) => void} finish takes the one result
 */

class Addon {
  /** How long an operation may take, in milliseconds. */
  timeLimitMs
  #native
  /** @type {(Caller | undefined)[]} */
  #callers = [undefined]
  #free = []
  #pending = 0
  /** The operations that were submitted in this turn, and not sent yet. */
  #unsent = 0
  #delivering = false
  #keepsAlive
  #onEvent

  /**
   * @param {object} settings as `Settings` of `src/node/settings.rs`
   * @param {object} owner
   * @param {boolean} owner.keepsAlive whether the process stays alive until `release`, not only for operations
   * @param {(kind, failure) => void} owner.onEvent
   * @param {NativeCipher} [owner.cipher] what encrypts the sessions, by the addon's class
   * @param {Function} [Store] what stands in for the addon's class
   */
  constructor(settings, { keepsAlive, onEvent, cipher }, Store = NativeStore) {
    this.timeLimitMs = settings.timeLimitMs
    this.#keepsAlive = keepsAlive
    this.#onEvent = onEvent
    this.#native = new Store(settings, (results) => this.#deliver(results, 0), cipher)
    if (keepsAlive) this.#native.hold(true)
  }

  /** Starts an operation by one call of the addon's method. Its caller gets the result. */
  send(caller, method, ...values) {
    const slot = this.#free.pop() ?? this.#callers.length
    this.#callers[slot] = caller
    if (this.#pending++ === 0 && !this.#keepsAlive) this.#native.hold(true)
    if (this.#native[method](slot, ...values)) this.#sendSoon()
  }

  /** Starts an operation that was called at a moment of `performance.now`, by a class that is told so. */
  sendAgain(since, caller, method, ...values) {
    this.#native.since = since
    this.send(caller, method, ...values)
    this.#native.since = undefined
  }

  // Requests that arrive together, and those that results set going, make one batch, and wake the addon's thread once.
  #sendSoon() {
    this.#unsent++
    if (this.#unsent === ENOUGH) this.#flush()
    else if (this.#unsent === 1 && !this.#delivering) setImmediate(this.#flush)
  }

  #flush = () => {
    this.#unsent = 0
    this.#native.flush()
  }

  /** What the addon has done so far, as `Statistics` of `src/node/statistics.rs`. */
  stats() {
    return this.#native.stats()
  }

  /** Lets the process end when nothing is pending. */
  release() {
    this.#keepsAlive = false
    if (this.#pending === 0) this.#native.hold(false)
  }

  /** Ends the addon's half without waiting for it. Its callers must not want their results any more. */
  abandon() {
    this.#onEvent = () => {}
    this.send(NOBODY, 'close')
    this.release()
    this.#native.hold(false)
  }

  #take(slot) {
    const caller = this.#callers[slot]
    this.#callers[slot] = undefined
    this.#free.push(slot)
    if (--this.#pending === 0 && !this.#keepsAlive) this.#native.hold(false)
    return caller
  }

  // A callback may throw, and its exception must leave as it is; the results behind it come in another turn.
  #deliver(results, start) {
    let next = start
    this.#delivering = true
    try {
      while (next < results.length) {
        const at = next
        next += STRIDE
        const slot = results[at]
        if (slot === EVENTS) this.#onEvent(results[at + 1], results[at + 2])
        else this.#take(slot).finish(results[at + 1], results[at + 2], results[at + 3])
      }
    } finally {
      this.#delivering = false
      if (this.#unsent > 0) this.#flush()
      if (next < results.length) setImmediate(() => this.#deliver(results, next))
    }
  }
}

module.exports = { Addon, KIND }
