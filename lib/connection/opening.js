'use strict'

// The waiting room for operations while the application opens its connection.

const { MongoStoreError } = require('../common/errors.js')
const { clearTimeout, setTimeout } = require('../common/timers.js')

/** @import { Carrier } from './addon.js' */
/** @typedef {InstanceType<typeof import('./operation.js').Operation>} Operation */

/** How long operations wait, in milliseconds. */
const LIMIT = 40_000

class Opening {
  /**
   * The waiting operations, with their methods, values and timers.
   * @type {Map<Operation, {method: string, values: unknown[], timer: NodeJS.Timeout}>}
   */
  #waiting = new Map()

  /**
   * Makes an operation wait.
   * @param {Operation} operation
   * @param {string} method
   * @param {unknown[]} values
   */
  send(operation, method, ...values) {
    const timer = setTimeout(() => {
      this.#waiting.delete(operation)
      operation.failLater(
        new MongoStoreError('MongoOperationTimeoutError', `The given connection did not open within ${LIMIT} ms`),
      )
    }, LIMIT)
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

module.exports = { LIMIT, Opening }
