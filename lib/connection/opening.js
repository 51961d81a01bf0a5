'use strict'

// The waiting room for operations while the application opens its connection. The time that they spend here counts.

const { MongoStoreError } = require('../common/errors.js')
const { clearTimeout, setTimeout, uptime } = require('../common/timers.js')

/** @import { Caller, Carrier } from './addon.js' */

/**
 * An operation, or one step of it.
 * @typedef {Caller & {sid?: string, failLater(thrown: unknown): void}} Sent
 */

/** How long operations wait for a connection whose own limit is not known yet, in milliseconds. */
const LIMIT = 40_000

class Opening {
  #limit
  #late
  /**
   * The waiting operations, with their methods, values and timers.
   * @type {Map<Sent, {method: string, values: unknown[], timer: NodeJS.Timeout}>}
   */
  #waiting = new Map()

  /**
   * @param {number} [limit] how long operations wait, in milliseconds
   * @param {() => Error} [late] the error of those that have waited for so long
   */
  constructor(limit = LIMIT, late = notOpened) {
    this.#limit = limit
    this.#late = late
  }

  /**
   * Makes an operation wait.
   * @param {Sent} operation
   * @param {string} method
   * @param {unknown[]} values
   */
  send(operation, method, ...values) {
    operation.since ??= uptime()
    const left = Math.max(0, operation.since + this.#limit - uptime())
    const timer = setTimeout(() => {
      this.#waiting.delete(operation)
      operation.failLater(this.#late())
    }, left)
    this.#waiting.set(operation, { method, values, timer })
  }

  /**
   * Sends the waiting operations to a carrier, in the order of the calls.
   * @param {Carrier} carrier
   */
  passTo(carrier) {
    for (const [operation, { method, values }] of this.#takeAll()) carrier.send(operation, method, ...values)
  }

  /**
   * Fails the waiting operations.
   * @param {unknown} error
   */
  fail(error) {
    for (const [operation] of this.#takeAll()) operation.failLater(error)
  }

  /**
   * The store is closed.
   * @param {Error} error
   */
  end(error) {
    this.fail(error)
  }

  #takeAll() {
    const all = [...this.#waiting]
    this.#waiting.clear()
    for (const [, { timer }] of all) clearTimeout(timer)
    return all
  }
}

function notOpened() {
  return new MongoStoreError('MongoOperationTimeoutError', `The given connection did not open within ${LIMIT} ms`)
}

module.exports = { LIMIT, Opening }
