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
    if (!(error instanceof TypeError)) throw error
    return { obstacle: error.message, refusal: error }
  }
}

module.exports = { readSettings }
