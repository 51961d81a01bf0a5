'use strict'

// How long a caller waits for the keys of one record.

const { LONGEST_TIMER, setTimeout, uptime } = require('../../../common/timers.js')
const { failures } = require('../failures.js')

/** @typedef {InstanceType<typeof import('../failures.js').CipherError>} CipherError */

class Patience {
  #limitMs
  #until
  /** Whether the caller waits in turn with others of its kind. */
  inTurn

  /**
   * @param {number} [limitMs] from now on, for all keys together; default: no limit
   * @param {{inTurn: boolean}} [options]
   */
  constructor(limitMs = Infinity, { inTurn } = { inTurn: false }) {
    this.#limitMs = limitMs
    this.#until = uptime() + limitMs
    this.inTurn = inTurn
  }

  /**
   * Calls `giveUp` when the time is over, unless the returned timer is cleared.
   * @param {(failure: CipherError) => void} giveUp
   */
  start(giveUp) {
    const left = this.#until - uptime()
    if (left > LONGEST_TIMER) return undefined
    return setTimeout(() => giveUp(failures.late(this.#limitMs)), Math.max(0, left))
  }
}

module.exports = { Patience }
