'use strict'

// Runs a limited number of tasks at a time. The others wait, in the order of their calls.

const { Promise } = require('../../../common/promises.js')

class Turns {
  #free
  /** @type {(() => void)[]} */
  #waiting = []

  /** @param {number} count how many tasks may run at a time */
  constructor(count) {
    this.#free = count
  }

  /**
   * Runs a task when its turn has come.
   * @template T
   * @param {() => Promise<T>} task
   * @returns {Promise<T>}
   */
  async run(task) {
    if (this.#free > 0) this.#free -= 1
    else await /** @type {Promise<void>} */ (new Promise((resolve) => this.#waiting.push(resolve)))
    try {
      return await task()
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#free += 1
    }
  }
}

module.exports = { Turns }
