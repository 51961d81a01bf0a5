'use strict'

// Finds out from a driver's description of its servers why they can't be used. The words are those of
// `src/mongo/watched.rs`.

/**
 * A driver's description of the servers. Drivers before version 3.3 have a list of them, and no errors.
 * @typedef {{servers?: Map<string, Server> | Server[], setName?: string | null}} Topology
 */

/** @typedef {{address?: string, type?: string, error?: Error | null}} Server */

/**
 * Why a server may close a connection without a word, by the driver's message.
 * @type {[words: RegExp, reason: string][]}
 */
const CLOSED = [
  [/before secure TLS connection/, 'it may not use TLS, although the connection does'],
  [/^connection .* closed$/, 'it may require TLS: try tls=true'],
]

/** @param {Topology} topology */
function serversOf({ servers = [] }) {
  return [...servers.values()]
}

/**
 * Why servers can't be reached, for each server with an error.
 * @param {Topology} topology
 */
function causesOf(topology) {
  return serversOf(topology)
    .filter(({ error }) => error)
    .map(cause)
    .sort()
}

/** @param {Server} server */
function cause({ address = '', error }) {
  const { message = '' } = error ?? {}
  const [, reason] = CLOSED.find(([words]) => words.test(message)) ?? []
  if (reason) return `${address}: the server closed the connection: ${reason}`
  const isNamed = message.includes(address) || message.startsWith('getaddrinfo ')
  return isNamed ? message : `${address}: ${message}`
}

/**
 * Why no server was found. A driver drops servers that do not belong to the requested replica set.
 * @param {Topology} topology
 * @param {string} asked the names of the contacted servers
 * @returns {string | undefined} undefined if the driver does not say
 */
function whyNone(topology, asked) {
  const causes = causesOf(topology)
  if (causes.length > 0) return causes.join('; ')
  const { setName } = topology
  if (!setName || serversOf(topology).length > 0) return undefined
  const strangers = asked.split(', ').map((name) => `${name} is not a member of the replica set "${setName}"`)
  return strangers.join('; ')
}

module.exports = { causesOf, serversOf, whyNone }
