'use strict'

// Tells a connection string from the reason why there is none.

/** @import { Target } from './target.js' */

/**
 * The connection string that `read` gives, or why there is none.
 * @param {() => string | undefined} read
 * @returns {Pick<Target, 'uri' | 'obstacle' | 'refusal' | 'isStandIn'>}
 */
function readSettings(read) {
  try {
    const uri = read()
    return uri === undefined ? { obstacle: 'its settings cannot be read', isStandIn: true } : { uri }
  } catch (error) {
    const refusal = /** @type {TypeError} */ (error)
    // Under Jest, a TypeError of Node's own is no instance of this realm's class.
    if (refusal?.name !== 'TypeError') throw error
    return { obstacle: refusal.message, refusal }
  }
}

module.exports = { readSettings }
