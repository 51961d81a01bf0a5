'use strict'

// The crossing to the addon: an operation takes a slot, one synchronous call with primitives submits it, and the results
// of many operations come back in one flat array. Calls of one turn of the event loop are sent together.

const { setImmediate } = require('../common/timers.js')
const { EVENTS, STRIDE } = require('./results.js')

/** @import { AnyFailure } from './results.js' */
/** @import { NativeCipher, NativeStore as Native, Results, Statistics } from '../common/native.js' */

/** So many operations are sent before the turn ends: the server works on them meanwhile. */
const ENOUGH = 32
/** What takes a result that nobody wants. */
const NOBODY = Object.freeze({ finish() {} })

/**
 * What a carrier answers, once.
 * @typedef {object} Caller
 * @property {(kind: number, first: unknown, second: unknown) => void} finish takes the result, as `Answer` of `results.js`
 */

/**
 * How results reach an `Addon`, which must not be kept alive by the native half that it has.
 * @typedef {object} Link
 * @property {WeakRef<Addon>} idle
 * @property {Addon} [busy] the same one, while something is under way: its callers wait for it, though they may have
 *   nothing else that leads to it
 */

/**
 * What carries operations out, by a method of the addon's and its values.
 * @typedef {{send(caller: Caller, method: string, ...values: unknown[]): void}} Carrier
 */

class Addon {
  /** How long an operation may take, in milliseconds. */
  timeLimitMs
  /** @type {Native & Record<string, Function> & {since?: number}} */
  #native
  /** @type {(Caller | undefined)[]} */
  #callers = [undefined]
  /** @type {number[]} */
  #free = []
  #pending = 0
  /** Whether it is known if there is a server: those who wait for that need not be known otherwise. */
  #isHeard = false
  #isReleased = false
  /** @type {Link} */
  #link = { idle: new WeakRef(this), busy: this }
  /** The operations that were submitted in this turn, and not sent yet. */
  #unsent = 0
  #delivering = false
  #keepsAlive
  #onEvent

  /**
   * @param {Function} Store the addon's class, or what stands in for it
   * @param {{timeLimitMs: number} & Record<string, unknown>} settings the addon's, or of what stands in for it
   * @param {object} owner
   * @param {boolean} owner.keepsAlive whether the process stays alive until `release`, not only for operations
   * @param {(kind: number, failure: AnyFailure | undefined) => void} owner.onEvent takes a `ConnectionEvent` of `results.js`
   * @param {NativeCipher} [owner.cipher] what encrypts the sessions, by the addon's class
   */
  constructor(Store, settings, { keepsAlive, onEvent, cipher }) {
    this.timeLimitMs = settings.timeLimitMs
    this.#keepsAlive = keepsAlive
    this.#onEvent = onEvent
    this.#native = Reflect.construct(Store, [settings, Addon.#delivery(this.#link), cipher])
    if (keepsAlive) this.#native.hold(true)
  }

  /**
   * A function that takes results. Whoever keeps it keeps nothing but the link.
   * @param {Link} link
   */
  static #delivery(link) {
    return (/** @type {Results} */ results) => {
      const addon = link.busy ?? link.idle.deref()
      if (addon) addon.#deliver(results, 0)
    }
  }

  /**
   * Starts an operation by one call of the addon's method. Its caller gets the result.
   * @param {Caller} caller
   * @param {string} method
   * @param {unknown[]} values
   */
  send(caller, method, ...values) {
    const slot = this.#free.pop() ?? this.#callers.length
    this.#callers[slot] = caller
    if (this.#pending++ === 0) this.#begin()
    if (this.#native[method](slot, ...values)) this.#sendSoon()
  }

  /**
   * Starts an operation that was called at a moment of `uptime`, by a class that is told so.
   * @param {number} since
   * @param {Caller} caller
   * @param {string} method
   * @param {unknown[]} values
   */
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

  /**
   * What the addon has done so far.
   * @returns {Statistics}
   */
  stats() {
    return this.#native.stats()
  }

  /** Lets go of the native half, which has been closed, once all its results are here. */
  release() {
    this.#isReleased = true
    if (this.#pending === 0) this.#rest()
  }

  /** Ends the native half without waiting for it. Its callers must not want their results any more. */
  abandon() {
    this.#onEvent = () => {}
    this.send({ finish: () => this.release() }, 'close')
    this.#keepsAlive = false
    this.#native.hold(false)
  }

  #begin() {
    this.#link.busy = this
    if (!this.#keepsAlive) this.#native.hold(true)
  }

  /** Nothing is pending: neither the process nor the store is needed for results. */
  #rest() {
    if (this.#isReleased) this.#native.release()
    else if (!this.#keepsAlive) this.#native.hold(false)
    if (this.#isHeard || this.#isReleased) this.#link.busy = undefined
  }

  /** @param {number} slot */
  #take(slot) {
    const caller = this.#callers[slot]
    this.#callers[slot] = undefined
    this.#free.push(slot)
    this.#pending--
    return caller ?? NOBODY
  }

  /**
   * @param {number} kind
   * @param {AnyFailure | undefined} failure
   */
  #hear(kind, failure) {
    this.#isHeard = true
    this.#onEvent(kind, failure)
  }

  /**
   * A callback may throw, and its exception must leave as it is; the results behind it come in another turn.
   * @param {Results} results
   * @param {number} start
   */
  #deliver(results, start) {
    let next = start
    this.#delivering = true
    try {
      while (next < results.length) {
        const at = next
        next += STRIDE
        const slot = /** @type {number} */ (results[at])
        const kind = /** @type {number} */ (results[at + 1])
        if (slot === EVENTS) this.#hear(kind, /** @type {AnyFailure | undefined} */ (results[at + 2]))
        else this.#take(slot).finish(kind, results[at + 2], results[at + 3])
      }
    } finally {
      this.#delivering = false
      if (this.#unsent > 0) this.#flush()
      if (this.#pending === 0) this.#rest()
      if (next < results.length) setImmediate(() => this.#deliver(results, next))
    }
  }
}

module.exports = { Addon }
