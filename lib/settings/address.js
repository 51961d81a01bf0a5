'use strict'

// The address of a server in a connection string.

const { escaped } = require('./uri.js')

/** The default port. */
const DEFAULT_PORT = 27017

/**
 * The address as `host:port`, or the path of a socket. An IPv6 address gets brackets.
 * @param {object} server
 * @param {string} [server.host] a name, an address, or the path of a socket
 * @param {number | string | null} [server.port]
 * @param {string} [server.domain_socket] the path of a socket, as version 3 of the driver keeps it
 */
function addressOf({ host = '', port, domain_socket: socket }) {
  if (socket) return socket
  if (host.startsWith('/')) return host
  return `${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port ?? DEFAULT_PORT}`
}

/**
 * The address as it is written in a connection string, where the slashes of a path are escaped.
 * @param {string} address of {@link addressOf}
 */
function inUri(address) {
  return address.startsWith('/') ? escaped(address) : address
}

module.exports = { addressOf, inUri }
