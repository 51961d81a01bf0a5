'use strict'

// The waiting room for operations while the servers of a seed list are looked up. If the lookup fails, they fail with
// its error. Each later operation repeats the lookup, and so does the store itself, because a name server may answer
// later.

const { timeoutError } = require('../common/errors.js')
const { clearTimeout, setTimeout } = require('../common/timers.js')
const { Opening } = require('./opening.js')

/** @typedef {InstanceType<typeof import('./operation.js').Operation>} Operation */

/** The first and the longest pause before the store repeats the lookup by itself. */
const PAUSES = [500, 30_000] // ms

class Resolving extends Opening {
  #look
  #failed
  #keepsAlive
  #isLooking = false
  #isOver = false
  #pause = PAUSES[0]
  /** @type {NodeJS.Timeout | undefined} */
  #timer

  /**
   * @param {() => Promise<void>} look resolves when the waiting operations have been passed on
   * @param {(error: Error) => void} failed
   * @param {object} more
   * @param {boolean} more.keepsAlive whether the process stays alive meanwhile
   * @param {number} more.timeLimitMs how long an operation may take
   */
  constructor(look, failed, { keepsAlive, timeLimitMs }) {
    super(timeLimitMs, () => timeoutError(timeLimitMs, 'no name server answered'))
    this.#look = look
    this.#failed = failed
    this.#keepsAlive = keepsAlive
    this.start()
  }

  /**
   * @param {Operation} operation
   * @param {string} method
   * @param {unknown[]} values
   */
  send(operation, method, ...values) {
    super.send(operation, method, ...values)
    this.start()
  }

  async start() {
    if (this.#isLooking || this.#isOver) return
    this.#isLooking = true
    clearTimeout(this.#timer)
    try {
      await this.#look()
      this.#isOver = true
    } catch (error) {
      if (!this.#isOver) this.#again(/** @type {Error} */ (error))
    } finally {
      this.#isLooking = false
    }
  }

  /** @param {Error} error */
  #again(error) {
    this.fail(error)
    this.#failed(error)
    this.#timer = setTimeout(() => this.start(), this.#pause)
    if (!this.#keepsAlive) this.#timer.unref()
    this.#pause = Math.min(this.#pause * 2, PAUSES[1])
  }

  /** @param {Error} error */
  end(error) {
    this.#isOver = true
    clearTimeout(this.#timer)
    super.end(error)
  }
}

module.exports = { Resolving }
