'use strict'

// The addon before it has reached a server: it may turn out that it can't speak with the servers, and then another
// carrier takes over what it was asked for.

const { KIND } = require('./addon.js')

/** The error of the addon for servers that its driver does not speak with. */
const INCOMPATIBLE = 'MongoCompatibilityError'

/** Whether a failure, in the parts that the addon gives, calls for another carrier. */
function isIncompatible([name]) {
  return name === INCOMPATIBLE
}

class Proving {
  #addon
  #successor = null
  #handOver
  /** @type {Set<Unproven>} */
  #open = new Set()

  /**
   * @param {Addon} addon
   * @param {(failure: Array) => Array | null} handOver calls `passTo` with the carrier that takes over, and gives null;
   * or gives the failure for which there is none
   */
  constructor(addon, handOver) {
    this.#addon = addon
    this.#handOver = handOver
  }

  /** Starts an operation, as `Addon` does. */
  send(caller, method, ...values) {
    if (this.#successor) return this.#successor.send(caller, method, ...values)
    const unproven = new Unproven(this, caller, method, values)
    this.#open.add(unproven)
    this.#addon.send(unproven, method, ...values)
  }

  /** Takes a result of the addon's. One that comes after the hand-over is not wanted. */
  finish(unproven, kind, first, second) {
    if (!this.#open.has(unproven)) return
    const failure = kind === KIND.FAILED && isIncompatible(first) ? this.#handOver(first) : first
    if (failure === null) return
    this.#open.delete(unproven)
    unproven.caller.finish(kind, failure, second)
  }

  /** Lets another carrier carry out what is open, in the same order, and what comes. */
  passTo(carrier) {
    this.#successor = carrier
    const all = [...this.#open]
    this.#open.clear()
    for (const { caller, method, values, since } of all) carrier.sendAgain(since, caller, method, ...values)
    this.#addon.abandon()
  }
}

/** An operation that may have to be carried out elsewhere. */
class Unproven {
  #proving

  constructor(proving, caller, method, values) {
    this.#proving = proving
    this.caller = caller
    this.method = method
    this.values = values
    this.since = performance.now()
  }

  finish(kind, first, second) {
    this.#proving.finish(this, kind, first, second)
  }
}

module.exports = { Proving, isIncompatible }
