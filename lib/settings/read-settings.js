'use strict'

// Returns a connection string, or the reason why there is none.

/** @import { Target } from './target.js' */

/**
 * The connection string that `read` returns, or the reason why there is none.
 * @param {() => string | undefined} read
 * @returns {Pick<Target, 'uri' | 'obstacle' | 'refusal' | 'isStandIn'>}
 */
function readSettings(read) {
  try {
    const uri = read()
    return uri === undefined ? { obstacle: 'its settings cannot be read', isStandIn: true } : { uri }
  } catch (error) {
    const refusal = /** @type {TypeError} */ (error)
    // Under Jest, a TypeError from Node is not an instance of this realm's class.
    if (refusal?.name !== 'TypeError') throw error
    return { obstacle: refusal.message, refusal }
  }
}

module.exports = { readSettings }
