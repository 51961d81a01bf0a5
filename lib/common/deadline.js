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
   * @template T
   * @param {PromiseLike<T>} promise
   * @param {string} who does not answer, for the error
   * @returns {Promise<T>}
   * @throws {MongoStoreError} at the deadline
   */
  wait(promise, who) {
    return new Promise((resolve, reject) => {
      const late = () => {
        const message = `timed out after ${this.#limit} ms: ${who} did not answer`
        reject(new MongoStoreError('MongoOperationTimeoutError', message, undefined, undefined, []))
      }
      const timer = setTimeout(late, Math.max(0, this.#at - performance.now()))
      promise.then(
        (value) => {
          clearTimeout(timer)
          resolve(value)
        },
        (error) => {
          clearTimeout(timer)
          reject(error)
        },
      )
    })
  }
}

module.exports = { Deadline }
