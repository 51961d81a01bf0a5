'use strict'

// The addon until a server has answered it. If it turns out that it can't speak with the servers, another carrier takes
// over its operations. So what they send is in memory twice until then.

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
  #isProven = false
  #handOver
  #onProven
  /**
   * What another carrier would need.
   * @type {Map<Unproven, {method: string, values: unknown[]}>}
   */
  #open = new Map()

  /**
   * @param {Addon} addon
   * @param {object} owner
   * @param {(failure: AnyFailure) => AnyFailure | null} owner.handOver calls `passTo` with the carrier that takes over, and
   *   returns null; returns the failure if there is no other carrier
   * @param {() => void} owner.onProven is called when a server has carried out an operation, and calls `end`
   */
  constructor(addon, { handOver, onProven }) {
    this.#addon = addon
    this.#handOver = handOver
    this.#onProven = onProven
  }

  /**
   * Starts an operation, as `Addon` does.
   * @param {Caller} caller
   * @param {string} method
   * @param {unknown[]} values
   */
  send(caller, method, ...values) {
    const carrier = this.#isProven ? this.#addon : this.#successor
    if (carrier) {
      carrier.send(caller, method, ...values)
      return
    }
    const unproven = new Unproven(this, caller)
    this.#open.set(unproven, { method, values })
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
    if (this.#successor) return
    const failure = kind === KIND.FAILED ? /** @type {AnyFailure} */ (first) : undefined
    const value = failure && !this.#isProven && isIncompatible(failure) ? this.#handOver(failure) : first
    if (failure && value === null) return
    this.#open.delete(unproven)
    if (!failure && !this.#isProven) this.#onProven()
    unproven.caller.finish(kind, value, second)
  }

  /** The addon can speak with the servers: it keeps its operations. */
  end() {
    this.#isProven = true
    this.#open.clear()
  }

  /**
   * Passes open operations to another carrier, in the same order, and from now on new ones, too.
   * @param {Addon} carrier
   */
  passTo(carrier) {
    this.#successor = carrier
    const all = [...this.#open]
    this.#open.clear()
    for (const [{ caller, since }, { method, values }] of all) {
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
   */
  constructor(proving, caller) {
    this.#proving = proving
    this.caller = caller
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
