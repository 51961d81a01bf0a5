'use strict'

// Mechanisms of authentication.

/** The mechanisms that the addon has. */
const MECHANISMS = ['SCRAM-SHA-1', 'SCRAM-SHA-256', 'MONGODB-X509', 'PLAIN']

/** Names by which the drivers leave the choice to the server: every server that the addon knows negotiates SCRAM. */
const NEGOTIATED = ['DEFAULT', 'MONGODB-CR']

/**
 * The mechanism that a client uses, as it stands in a connection string.
 * @param {string} name as in the client's settings, in capitals
 * @returns {string | undefined} undefined when client and server negotiate
 * @throws {TypeError} for a mechanism that the addon does not have
 */
function mechanismOf(name) {
  if (NEGOTIATED.includes(name)) return undefined
  if (MECHANISMS.includes(name)) return name
  throw new TypeError(`it authenticates with ${name}`)
}

module.exports = { MECHANISMS, mechanismOf }
