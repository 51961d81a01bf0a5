'use strict'

// Process warnings, each said once per process, so that a store made per request or per test does not repeat itself.

const said = new Set()

/**
 * Emits a process warning, unless the same one was emitted before.
 * @param {string} message what an operator should know, without secrets
 * @param {string} code a stable name, for `process.on('warning')` and `--disable-warning`
 * @param {string} [subject] what tells two warnings of one code apart; the message, unless it varies
 */
function warnOnce(message, code, subject = message) {
  const key = `${code}: ${subject}`
  if (said.has(key)) return
  said.add(key)
  process.emitWarning(message, { type: 'MongoStoreWarning', code })
}

module.exports = { warnOnce }
