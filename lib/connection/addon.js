'use strict'

// The crossing to the addon. An operation takes a slot, and one synchronous call with primitives submits it. The
// results of many operations come back in one flat array. The calls of one turn of the event loop are sent together.

const { setImmediate, uptime } = require('../common/timers.js')
const { EVENTS, STRIDE } = require('./results.js')

/** @import { AnyFailure } from './results.js' */
/** @import { NativeCipher, NativeStore as Native, Results, Statistics } from '../common/native.js' */

/** This many operations are sent before the turn ends, so that the server works on them in the meantime. */
const ENOUGH = 32
/** Takes results that nobody wants. */
const NOBODY = Object.freeze({ finish() {} })

/**
 * What a carrier answers, exactly once.
 * @typedef {object} Caller
 * @property {(kind: number, first: unknown, second: unknown) => void} finish takes the result, as `Answer` of
 *   `results.js`
 * @property {number} [since] when it was called, by `uptime`; now, if it is left out
 */

/**
 * How results reach an `Addon`. Its native half must not keep it alive.
 * @typedef {object} Link
 * @property {WeakRef<Addon>} idle
 * @property {Addon} [busy] the same one, while something is under way: its callers wait for it, and may have no other
 *   reference to it
 */

/**
 * Carries operations out. An operation is a method of the addon with its values.
 * @typedef {{send(caller: Caller, method: string, ...values: unknown[]): void}} Carrier
 */

class Addon {
  /** How long an operation may take, in milliseconds. Its time counts from its call. */
  timeLimitMs
  /** @type {Native & Record<string, Function>} */
  #native
  /** @type {(Caller | undefined)[]} */
  #callers = [undefined]
  /** @type {number[]} */
  #free = []
  #pending = 0
  /** Whether it is known if there is a server. Until then, there may be no other reference to the waiting callers. */
  #isHeard = false
  #isReleased = false
  /** @type {Link} */
  #link = { idle: new WeakRef(this), busy: this }
  /** The number of operations that were submitted in this turn and not yet sent. */
  #unsent = 0
  #delivering = false
  #keepsAlive
  #onEvent

  /**
   * @param {Function} Store the addon's class, or its replacement
   * @param {{timeLimitMs: number} & Record<string, unknown>} settings the settings of the addon or of its replacement
   * @param {object} owner
   * @param {boolean} owner.keepsAlive whether the process stays alive until `release`, not only for operations
   * @param {(kind: number, failure: AnyFailure | undefined) => void} owner.onEvent takes a `ConnectionEvent` of
   *   `results.js`
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
   * A function that takes results. It refers only to the link, so whoever keeps it keeps nothing else.
   * @param {Link} link
   */
  static #delivery(link) {
    return (/** @type {Results} */ results) => {
      const addon = link.busy ?? link.idle.deref()
      if (addon) addon.#deliver(results, 0)
    }
  }

  /**
   * Starts an operation with one call of the addon's method. The caller gets the result.
   * @param {Caller} caller
   * @param {string} method
   * @param {unknown[]} values
   */
  send(caller, method, ...values) {
    const slot = this.#free.pop() ?? this.#callers.length
    this.#callers[slot] = caller
    if (this.#pending++ === 0) this.#begin()
    if (caller.since !== undefined) this.#native.backdate(uptime() - caller.since)
    if (this.#native[method](slot, ...values)) this.#sendSoon()
  }

  // Requests that arrive together, and those that results trigger, make one batch, and wake the addon's thread once.
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

  /** Drops the native half after it has been closed, once all its results are here. */
  release() {
    this.#isReleased = true
    if (this.#pending === 0) this.#rest()
  }

  /** Ends the native half without waiting. Its callers must not need their results any more. */
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

  /** Nothing is pending: results need neither the process nor the store. */
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
   * A callback may throw. Its exception must leave unchanged, and the results behind it are delivered in another turn.
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
