'use strict'

// Keeps the deadline of an operation while it waits for something in JavaScript.

const { timeoutError } = require('./errors.js')
const { Promise } = require('./promises.js')
const { clearTimeout, uptime, setTimeout } = require('./timers.js')

/**
 * Waits for a promise as long as an operation may take.
 * @template T
 * @param {PromiseLike<T>} promise
 * @param {{since: number, limitMs: number}} time when the operation was called, by `uptime`, and how long it may take
 * @param {string} who may not answer, for the error
 * @returns {Promise<T>}
 * @throws {Error} at the deadline
 */
function inTime(promise, { since, limitMs }, who) {
  return new Promise((resolve, reject) => {
    const late = () => reject(timeoutError(limitMs, `${who} did not answer`))
    const timer = setTimeout(late, Math.max(0, since + limitMs - uptime()))
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

module.exports = { inTime }
