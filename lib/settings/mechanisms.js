'use strict'

// Authentication mechanisms.

/** The mechanisms that the addon supports. */
const MECHANISMS = ['SCRAM-SHA-1', 'SCRAM-SHA-256', 'MONGODB-X509', 'PLAIN']

/** Names that leave the choice to the server. Every server that the addon supports negotiates SCRAM. */
const NEGOTIATED = ['DEFAULT', 'MONGODB-CR']

/**
 * The mechanism of a client, as it is written in a connection string.
 * @param {string} name as in the client's settings, in capitals
 * @returns {string | undefined} undefined if client and server negotiate
 * @throws {TypeError} for a mechanism that the addon does not support
 */
function mechanismOf(name) {
  if (NEGOTIATED.includes(name)) return undefined
  if (MECHANISMS.includes(name)) return name
  throw new TypeError(`it authenticates with ${name}`)
}

module.exports = { MECHANISMS, mechanismOf }
