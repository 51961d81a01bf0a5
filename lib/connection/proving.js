'use strict'

// The addon until it has reached a server. If it turns out that it can't speak with the servers, another carrier takes
// over its operations.

const { uptime } = require('../common/timers.js')
const { KIND } = require('./results.js')

/** @import { Caller } from './addon.js' */
/** @typedef {InstanceType<typeof import('./addon.js').Addon>} Addon */
/** @import { AnyFailure } from './results.js' */

/** The addon's error for servers that its driver can't speak with. */
const INCOMPATIBLE = 'MongoCompatibilityError'

/**
 * Whether a failure of the addon requires another carrier.
 * @param {AnyFailure} failure
 */
function isIncompatible(failure) {
  return Array.isArray(failure) && failure[0] === INCOMPATIBLE
}

class Proving {
  #addon
  /** @type {Addon | null} */
  #successor = null
  #handOver
  /** @type {Set<Unproven>} */
  #open = new Set()

  /**
   * @param {Addon} addon
   * @param {(failure: AnyFailure) => AnyFailure | null} handOver calls `passTo` with the carrier that takes over, and
   *   returns null; returns the failure if there is no other carrier
   */
  constructor(addon, handOver) {
    this.#addon = addon
    this.#handOver = handOver
  }

  /**
   * Starts an operation, as `Addon` does.
   * @param {Caller} caller
   * @param {string} method
   * @param {unknown[]} values
   */
  send(caller, method, ...values) {
    if (this.#successor) {
      this.#successor.send(caller, method, ...values)
      return
    }
    const unproven = new Unproven(this, caller, method, values)
    this.#open.add(unproven)
    this.#addon.send(unproven, method, ...values)
  }

  /**
   * Takes a result of the addon. Results after the hand-over are dropped.
   * @param {Unproven} unproven
   * @param {number} kind
   * @param {unknown} first
   * @param {unknown} second
   */
  finish(unproven, kind, first, second) {
    if (!this.#open.has(unproven)) return
    const failure = kind === KIND.FAILED ? /** @type {AnyFailure} */ (first) : undefined
    const value = failure && isIncompatible(failure) ? this.#handOver(failure) : first
    if (failure && value === null) return
    this.#open.delete(unproven)
    unproven.caller.finish(kind, value, second)
  }

  /**
   * Passes open operations to another carrier, in the same order, and from now on new ones, too.
   * @param {Addon} carrier
   */
  passTo(carrier) {
    this.#successor = carrier
    const all = [...this.#open]
    this.#open.clear()
    for (const { caller, method, values, since } of all) {
      caller.since = since
      carrier.send(caller, method, ...values)
    }
    this.#addon.abandon()
  }
}

/** An operation that another carrier may have to carry out. */
class Unproven {
  #proving

  /**
   * @param {Proving} proving
   * @param {Caller} caller
   * @param {string} method
   * @param {unknown[]} values
   */
  constructor(proving, caller, method, values) {
    this.#proving = proving
    this.caller = caller
    this.method = method
    this.values = values
    this.since = caller.since ?? uptime()
  }

  /**
   * @param {number} kind
   * @param {unknown} first
   * @param {unknown} second
   */
  finish(kind, first, second) {
    this.#proving.finish(this, kind, first, second)
  }
}

module.exports = { Proving, isIncompatible }
