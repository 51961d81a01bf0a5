'use strict'

// The crossing to the addon: an operation takes a slot, one synchronous call with primitives submits it, and the results
// of many operations come back in one flat array. What is called in one turn of the event loop is sent in one go.

// By name, so that the timers which a test runner fakes do not hold up the store.
const { setImmediate } = require('node:timers')
const { NativeStore } = require('../common/native.js')

/** Kinds of results, in `src/completion.rs` by the same numbers. */
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
/** So many operations are sent without waiting for the end of the turn: the server works on them meanwhile. */
const ENOUGH = 32

class Addon {
  #native
  #operations = [undefined]
  #free = []
  #pending = 0
  /** The operations that were submitted in this turn, and not sent yet. */
  #unsent = 0
  #delivering = false
  #keepsAlive
  #onResult
  #onEvent

  /**
   * @param {object} settings as `Settings` of `src/options.rs`
   * @param {object} owner
   * @param {boolean} owner.keepsAlive whether the process stays alive until `release`, not only for operations
   * @param {(operation, kind, first, second) => void} owner.onResult
   * @param {(kind, failure) => void} owner.onEvent
   * @param {NativeCipher} [owner.cipher] what encrypts the sessions, by the addon's class
   * @param {Function} [Store] what stands in the place of the addon's class
   */
  constructor(settings, { keepsAlive, onResult, onEvent, cipher }, Store = NativeStore) {
    this.#keepsAlive = keepsAlive
    this.#onResult = onResult
    this.#onEvent = onEvent
    this.#native = new Store(settings, (results) => this.#deliver(results, 0), cipher)
    if (keepsAlive) this.#native.hold(true)
  }

  /** Starts an operation by one call of the addon's method; it is answered through `onResult`. */
  send(operation, method, ...values) {
    const slot = this.#free.pop() ?? this.#operations.length
    this.#operations[slot] = operation
    if (this.#pending++ === 0 && !this.#keepsAlive) this.#native.hold(true)
    if (this.#native[method](slot, ...values)) this.#sendSoon()
  }

  /** Starts an operation that has been waited for since a moment of `performance.now`, by a class that is told so. */
  sendAgain(since, operation, method, ...values) {
    this.#native.since = since
    this.send(operation, method, ...values)
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

  /** What the addon has done so far, as `Statistics` of `src/statistics.rs`. */
  stats() {
    return this.#native.stats()
  }

  /** Lets the process end when nothing is pending. */
  release() {
    this.#keepsAlive = false
    if (this.#pending === 0) this.#native.hold(false)
  }

  /** Ends the addon's half, whose results are wanted no more: its operations are carried out elsewhere. */
  abandon() {
    this.#onResult = () => {}
    this.#onEvent = () => {}
    this.send(undefined, 'close')
    this.release()
    this.#native.hold(false)
  }

  #take(slot) {
    const operation = this.#operations[slot]
    this.#operations[slot] = undefined
    this.#free.push(slot)
    if (--this.#pending === 0 && !this.#keepsAlive) this.#native.hold(false)
    return operation
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
        else this.#onResult(this.#take(slot), results[at + 1], results[at + 2], results[at + 3])
      }
    } finally {
      this.#delivering = false
      if (this.#unsent > 0) this.#flush()
      if (next < results.length) setImmediate(() => this.#deliver(results, next))
    }
  }
}

module.exports = { Addon, KIND }
