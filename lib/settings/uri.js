'use strict'

// Reads and writes connection strings as text: their parts, and the names and values of their options. It does not know
// what an option means. It never quotes a string that it can't parse, because any part of it may be a password.

const { unescape } = require('node:querystring')

/**
 * @typedef {object} UriParts
 * @property {string} scheme `mongodb://` or `mongodb+srv://`
 * @property {string} authority the credentials and the hosts, escaped
 * @property {string} database escaped
 * @property {string} query
 */

/**
 * A text as it is written in a connection string. Half a surrogate pair becomes U+FFFD, as when a driver sends the text.
 * @param {string} text
 */
function escaped(text) {
  return encodeURIComponent(Buffer.from(text).toString())
}

/**
 * The parts of a connection string; null if it is not one.
 * @param {string} uri
 * @returns {UriParts | null}
 */
function split(uri) {
  // Drivers up to 2.x accepted the path of a socket unescaped.
  const [, user = '', socket, rest = ''] =
    /^mongodb:\/\/(?:([^@/?]*)@)?(\/[^?@]*?\.sock)((?:[/?].*)?)$/is.exec(uri) ?? []
  if (socket) return split(`mongodb://${user && `${user}@`}${escaped(socket)}${rest}`)
  const [, scheme, authority, database = '', query = ''] =
    /^(mongodb(?:\+srv)?:\/\/)([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/is.exec(uri) ?? []
  if (scheme === undefined) return null
  // What looks like the hosts may be a user name and the beginning of a password that contains "/" or "?". Such a string is
  // left as it is.
  const isClear = !`${database}${query}`.includes('@')
  if (!isClear && !authority.includes('@')) return null
  // So may the name of an option be the rest of a password.
  if (/(?:^|[&;])[^=&;]*@/.test(query)) return null
  const host = isClear ? /^(?:\[[^\]]*\]|[^:]*)(?::\d*)?$/ : /^(?:\[[\da-f:.]*\]|[\w.%-]*)(?::\d*)?$/i
  const areHosts = hostsOf(authority).every((each) => host.test(each))
  return areHosts ? { scheme, authority: withoutGaps(authority), database, query } : null
}

/**
 * Removes empty hosts and ports, which the drivers of npm ignore.
 * @param {string} authority
 */
function withoutGaps(authority) {
  const hosts = hostsOf(authority)
    .map((host) => host.replace(/:$/, ''))
    .filter(Boolean)
  if (hosts.length === 0) return authority
  return authority.slice(0, authority.lastIndexOf('@') + 1) + hosts.join(',')
}

/** @param {string} authority */
function hostsOf(authority) {
  return authority.slice(authority.lastIndexOf('@') + 1).split(',')
}

/**
 * The names and values of a query. Old drivers also accepted semicolons.
 * @param {string} query
 * @returns {[name: string, value: string][]}
 */
function pairsOf(query) {
  return query
    .split(/&|;(?=[a-z_]+=)/i)
    .filter(Boolean)
    .map((pair) => {
      // It removes the first "?" of a query, which may be part of the name.
      const [[name, value]] = new URLSearchParams(`?${pair}`)
      return [name, value]
    })
}

/**
 * Builds a connection string from its parts.
 * @param {Omit<UriParts, 'query'>} parts
 * @param {Iterable<[name: string, texts: string[]]>} parameters
 */
function join({ scheme, authority, database }, parameters) {
  const query = [...parameters]
    .flatMap(([name, texts]) => texts.map((text) => `${escaped(name)}=${escaped(text)}`))
    .join('&')
  return `${scheme}${authority}/${database}${query && `?${query}`}`
}

/**
 * Replaces the credentials before the hosts.
 * @param {string} authority
 * @param {string} user
 * @param {string} [password]
 */
function withCredentials(authority, user, password) {
  const credentials = password === undefined ? [user] : [user, password]
  return `${credentials.map(escaped).join(':')}@${authority.slice(authority.lastIndexOf('@') + 1)}`
}

/**
 * Removes the user from the credentials.
 * @param {string} authority
 */
function withoutUser(authority) {
  return authority.replace(/^[^:@]*:?@/, '')
}

/**
 * The hosts of a connection string, its database, and `option(name)`, the text of an option in it. All are empty if it
 * can't be parsed.
 * @param {string} uri
 * @returns {{hosts: string[], database: string | undefined, option: (name: string) => string | undefined}}
 */
function readUri(uri) {
  const { scheme = '', authority = '', database, query = '' } = split(uri) ?? {}
  // If an "@" follows, what looks like the hosts may be a user name and the beginning of a password.
  const isClear = !uri.slice(scheme.length + authority.length).includes('@')
  const options = new Map(pairsOf(query).map(([name, value]) => [name.toLowerCase(), value]))
  return {
    hosts: isClear ? hostsOf(authority).filter(Boolean) : [],
    // Servers refuse a name that is wrongly escaped; here it must not throw.
    database: database === undefined ? undefined : unescape(database) || 'test',
    option: (name) => options.get(name.toLowerCase()),
  }
}

/**
 * Whether a connection string names a seed list instead of servers. A string that can't be parsed is left to the addon.
 * @param {string} uri
 */
function isSeedList(uri) {
  return split(uri)?.scheme.toLowerCase() === 'mongodb+srv://'
}

module.exports = { escaped, isSeedList, join, pairsOf, readUri, split, withCredentials, withoutUser }
