'use strict'

// Where operations wait for a connection that the application opens.

const { MongoStoreError } = require('../common/errors.js')
const { clearTimeout, setTimeout } = require('../common/timers.js')

/** How long operations wait, in milliseconds. */
const LIMIT = 40_000

class Opening {
  /** What was asked for: operations with their methods, values and timers. */
  #waiting = new Map()

  /** Lets an operation wait. */
  send(operation, method, ...values) {
    const timer = setTimeout(() => {
      this.#waiting.delete(operation)
      operation.failLater(
        new MongoStoreError(
          'MongoOperationTimeoutError',
          `The given connection did not open within ${LIMIT} ms`,
          undefined,
          undefined,
          [],
        ),
      )
    }, LIMIT)
    this.#waiting.set(operation, { method, values, timer })
  }

  /** Sends what waits to a carrier, in the order of the calls. */
  passTo(carrier) {
    for (const [operation, { method, values }] of this.#takeAll()) carrier.send(operation, method, ...values)
  }

  /** Fails what waits. */
  fail(error) {
    for (const [operation] of this.#takeAll()) operation.failLater(error)
  }

  #takeAll() {
    const all = [...this.#waiting]
    this.#waiting.clear()
    for (const [, { timer }] of all) clearTimeout(timer)
    return all
  }
}

module.exports = { LIMIT, Opening }
