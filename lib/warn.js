'use strict'

// Process warnings, each said once per process, so that a store made per request or per test does not repeat itself.

const said = new Set()

/**
 * Emits a process warning, unless the same one was emitted before.
 * @param {string} message what an operator should know, without secrets
 * @param {string} code a stable name, for `process.on('warning')` and `--disable-warning`
 */
function warnOnce(message, code) {
  const key = `${code}: ${message}`
  if (said.has(key)) return
  said.add(key)
  process.emitWarning(message, { type: 'MongoStoreWarning', code })
}

module.exports = { warnOnce }
