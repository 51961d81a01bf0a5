'use strict'

// The moment by which an operation must have ended, for everything that it waits for in JavaScript.

const { timeoutError } = require('./errors.js')
const { Promise } = require('./promises.js')
const { clearTimeout, uptime, setTimeout } = require('./timers.js')

class Deadline {
  #limit
  #at

  /** @param {number} limit in milliseconds from now */
  constructor(limit) {
    this.#limit = limit
    this.#at = uptime() + limit
  }

  /**
   * Waits for a promise until the deadline.
   * @template T
   * @param {PromiseLike<T>} promise
   * @param {string} who did not answer, for the error
   * @returns {Promise<T>}
   * @throws {Error} at the deadline
   */
  wait(promise, who) {
    return new Promise((resolve, reject) => {
      const late = () => reject(timeoutError(this.#limit, `${who} did not answer`))
      const timer = setTimeout(late, Math.max(0, this.#at - uptime()))
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
