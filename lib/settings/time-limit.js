'use strict'

// How long an operation may take, from the options of a connection.

const { LONGEST_TIMER } = require('../common/timers.js')
const { join, pairsOf, split } = require('./uri.js')

/** The default time limits of an operation, in milliseconds: 30 s to find a server, and 10 s for its answer. */
const DEFAULT_TIMES = { serverSelectionTimeoutMS: 30_000, socketTimeoutMS: 10_000 }

/**
 * @typedef {object} TimeLimit
 * @property {string} uri the connection string without our own options
 * @property {number} timeLimitMs how long an operation may take
 * @property {number} selectionLimitMs how long an operation looks for a server
 */

/**
 * Takes the time limit of operations out of a connection string: `timeoutMS`, or else the time to find a server plus
 * the time for its answer.
 * @param {string} uri of `withOptions`
 * @returns {TimeLimit}
 */
function takeTimeLimit(uri) {
  const parts = split(uri)
  /** @type {{serverSelectionTimeoutMS: number, socketTimeoutMS: number, timeoutMS?: number}} */
  const times = { ...DEFAULT_TIMES }
  /** @type {[name: string, texts: string[]][]} */
  const others = []
  for (const [name, value] of pairsOf(parts?.query ?? '')) {
    if (name === 'timeoutMS' || name === 'serverSelectionTimeoutMS' || name === 'socketTimeoutMS') {
      if (Number(value) > 0) times[name] = Number(value)
    }
    // The engine enforces these two itself.
    if (name !== 'timeoutMS' && name !== 'socketTimeoutMS') others.push([name, [value]])
  }
  const { timeoutMS = times.serverSelectionTimeoutMS + times.socketTimeoutMS } = times
  const timeLimitMs = Math.min(timeoutMS, LONGEST_TIMER)
  return {
    uri: parts === null ? uri : join(parts, others),
    timeLimitMs,
    selectionLimitMs: Math.min(times.serverSelectionTimeoutMS, timeLimitMs),
  }
}

module.exports = { takeTimeLimit }
