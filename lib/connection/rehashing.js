'use strict'

// A carrier for sessions that are stored under hashes of their ids. While keys are rotated, or while a store moves to
// hashed ids, a session may still be stored under an older id. It is found there, and its next write moves it.

const { KIND } = require('./results.js')

/** @import { Caller, Carrier } from './addon.js' */
/** @typedef {InstanceType<typeof import('./operation.js').Operation>} Operation */

class Rehashing {
  #carrier
  #idsOf

  /**
   * @param {Carrier} carrier carries out the single steps
   * @param {(sid: string) => string[]} idsOf returns the ids under which a session may be stored, the one for writing
   *   first
   */
  constructor(carrier, idsOf) {
    this.#carrier = carrier
    this.#idsOf = idsOf
  }

  /**
   * Starts an operation, as `Addon` does.
   * @param {Operation} operation
   * @param {string} method
   * @param {unknown[]} values the id first, for an operation on one session
   */
  send(operation, method, ...values) {
    const [, ...older] = operation.sid === undefined ? [] : this.#idsOf(operation.sid)
    const caller = older.length > 0 ? new Search(this.#carrier, operation, method, older, values) : operation
    this.#carrier.send(caller, method, ...values)
  }
}

/** An operation that continues with the next id, as long as the result does not say where the session is. */
class Search {
  #carrier
  #operation
  #method
  #ids
  #values
  /**
   * The answer to a write is the answer to its first step.
   * @type {[kind: number, first: unknown, second: unknown] | undefined}
   */
  #firstResult

  /**
   * @param {Carrier} carrier
   * @param {Caller} operation
   * @param {string} method
   * @param {unknown[]} older the older ids under which the session may be stored
   * @param {unknown[]} all its own id, and the other values
   */
  constructor(carrier, operation, method, older, all) {
    const [id, ...values] = all
    this.#carrier = carrier
    this.#operation = operation
    this.#method = method
    // While a session moves, a read may miss it in both places. So the new id is read a second time.
    this.#ids = method === 'get' || method === 'touch' ? [...older, id] : older
    this.#values = values
  }

  /**
   * @param {number} kind
   * @param {unknown} first
   * @param {unknown} second
   */
  finish(kind, first, second) {
    if (kind !== KIND.FAILED && this.#ids.length > 0 && this.#goesOn(kind, first)) return
    const result = kind === KIND.FAILED ? undefined : this.#firstResult
    this.#operation.finish(...(result ?? [kind, first, second]))
  }

  /**
   * @param {number} kind
   * @param {unknown} first
   */
  #goesOn(kind, first) {
    switch (this.#method) {
      case 'get':
        if (kind === KIND.MISSING) this.#carrier.send(this, 'get', this.#ids.shift(), ...this.#values)
        return kind === KIND.MISSING
      case 'touch':
        // This session was read from another id only.
        if (!first) this.#carrier.send(this, 'touch', this.#ids.shift(), ...this.#values.slice(0, -1), false)
        return !first
      default:
        this.#firstResult ??= [kind, first, undefined]
        this.#carrier.send(this, 'destroy', this.#ids.shift())
        return true
    }
  }
}

module.exports = { Rehashing }
