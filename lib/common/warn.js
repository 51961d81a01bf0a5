'use strict'

// Process warnings. Most are emitted once per process, so that a store made per request or per test does not repeat itself.

/**
 * How many warnings are remembered. Some have changing text, such as the reason of a server.
 */
const REMEMBERED = 1000

/**
 * The emitted warnings, the oldest first.
 * @type {Set<string>}
 */
const emitted = new Set()

/**
 * Emits a process warning, unless the same one was emitted before.
 * @param {string} message what an operator should know, without secrets
 * @param {string} code a stable name, for `process.on('warning')` and `--disable-warning`
 * @param {string} [subject] what distinguishes two warnings of one code; default: the message
 */
function warnOnce(message, code, subject = message) {
  const key = `${code}: ${subject}`
  if (emitted.has(key)) return
  emitted.add(key)
  if (emitted.size > REMEMBERED) emitted.delete(/** @type {string} */ (emitted.values().next().value))
  warn(message, code)
}

/**
 * Emits a process warning each time. The caller knows that it is new.
 * @param {string} message
 * @param {string} code
 */
function warn(message, code) {
  process.emitWarning(message, { type: 'MongoStoreWarning', code })
}

module.exports = { warn, warnOnce }
