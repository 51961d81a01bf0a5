'use strict'

// The connection of connect-mongo 0.x, which had its parts as options: host, port, username, password, the name of the
// database as `db`, and more. They become a connection string and `mongoOptions`.

const { warnOnce } = require('../common/warn.js')
const { addressOf, inUri } = require('../settings/address.js')
const { escaped } = require('../settings/uri.js')
const { checkKind, isGiven } = require('./kinds.js')

/** @import { Options } from './table.js' */

/**
 * The parts besides `db`.
 * @typedef {object} Parts
 * @property {string} [host] a name, an address, or the path of a socket
 * @property {number | string} [port]
 * @property {string} [username]
 * @property {string} [password]
 * @property {unknown} [ssl]
 * @property {unknown} [autoReconnect]
 * @property {unknown} [auto_reconnect]
 * @property {number | string} [w]
 * @property {Record<string, unknown>} [server]
 */

/** The kind of each part. */
const PARTS = /** @type {const} */ ({
  host: 'string',
  port: 'port',
  username: 'string',
  password: 'string',
  ssl: 'any',
  autoReconnect: 'any',
  auto_reconnect: 'any',
  w: 'nodes',
  server: 'object',
})

/**
 * The names of the parts that are given.
 * @param {Options} options
 */
function partsIn(options) {
  return namesOf(PARTS).filter((name) => isGiven(options[name]))
}

/**
 * The same options with `url` and `mongoOptions` instead of the parts.
 * @param {Options} given
 * @returns {Options}
 * @throws {Error} without the name of a database, in the words of connect-mongo 0.8
 */
function fromParts({ db, ...options }) {
  if (typeof db !== 'string' || db === '')
    throw new Error('Required MongoStore option `db` missing or is not a string.')
  // No message describes a value, because one of them is the password.
  for (const name of namesOf(PARTS)) checkKind(name, PARTS[name], options[name])
  if (options.auto_reconnect !== undefined)
    warnOnce('auto_reconnect option is deprecated. Use autoReconnect instead', 'MONGO_STORE_OPTION')
  const { mongoOptions = { w: options.w ?? 1 }, server } = options
  return { ...options, url: urlOf(options, db), mongoOptions: server ? { ...mongoOptions, server } : mongoOptions }
}

/**
 * @template {object} T
 * @param {T} object
 */
function namesOf(object) {
  return /** @type {(keyof T & string)[]} */ (Object.keys(object))
}

/**
 * @param {Parts} parts
 * @param {string} db
 */
function urlOf({ host, port, username, password, ssl }, db) {
  const user = username ? `${escaped(username)}:${escaped(password ?? '')}@` : ''
  const address = inUri(addressOf({ host: host || '127.0.0.1', port }))
  return `mongodb://${user}${address}/${escaped(db)}${ssl ? '?ssl=true' : ''}`
}

module.exports = { PARTS, fromParts, namesOf, partsIn }
