'use strict'

// A moment by which an operation must have ended, for what it waits for in JavaScript.

const { MongoStoreError } = require('./errors.js')
const { clearTimeout, setTimeout } = require('./timers.js')

class Deadline {
  #limit
  #at

  /** @param {number} limit in milliseconds from now */
  constructor(limit) {
    this.#limit = limit
    this.#at = performance.now() + limit
  }

  /**
   * Gives what a promise gives.
   * @param {PromiseLike<*>} promise
   * @param {string} who does not answer, for the error
   * @throws {MongoStoreError} at the deadline
   */
  wait(promise, who) {
    return new Promise((resolve, reject) => {
      const late = () => {
        const message = `timed out after ${this.#limit} ms: ${who} did not answer`
        reject(new MongoStoreError('MongoOperationTimeoutError', message, undefined, undefined, []))
      }
      const timer = setTimeout(late, Math.max(0, this.#at - performance.now()))
      const over = (end) => (value) => {
        clearTimeout(timer)
        end(value)
      }
      promise.then(over(resolve), over(reject))
    })
  }
}

module.exports = { Deadline }
