'use strict'

// Reads from the settings of a client what the fallback needs: how long operations may take, which failures are
// retried, and the names of the servers for messages.

const { addressOf } = require('../../settings/address.js')
const { takeTimeLimit } = require('../../settings/time-limit.js')
const { readUri } = require('../../settings/uri.js')

/** @import { ConnectionOptions, Target } from '../../settings/target.js' */
/** @import { Client, ClientOptions, Db, DriverOptions, ReadPreference } from '../../settings/borrowed/shape.js' */

/**
 * @typedef {object} ClientSettings
 * @property {number} timeLimitMs how long an operation may take
 * @property {number} selectionLimitMs how long an operation looks for a server
 * @property {{reads: boolean, writes: boolean}} retries whether the store retries passing failures
 * @property {string} readsFrom the mode of the read preference
 * @property {string} servers the servers' names, for messages
 */

/** The options of a client that limit the time of an operation. */
const TIMES = ['timeoutMS', 'serverSelectionTimeoutMS', 'socketTimeoutMS']

/**
 * The settings of a client.
 * @param {Target} target
 * @param {ConnectionOptions} options the application's
 * @returns {ClientSettings}
 */
function settingsOf({ uri, client, db, isOwn }, { mongoUrl, url, mongoOptions }) {
  // A connection string for the addon contains every option.
  const said = uri === undefined ? (isOwn ? mongoOptions : optionsOf(client, db)) : undefined
  const given = /** @type {Partial<ClientOptions> & DriverOptions} */ (said ?? {})
  const address = readUri(uri ?? (isOwn ? (mongoUrl ?? url) : client?.s?.url) ?? '')
  const times = TIMES.flatMap((name) => {
    const value = typeof given[name] === 'number' ? given[name] : address.option(name)
    return value === undefined ? [] : [`${name}=${value}`]
  })
  const { timeLimitMs, selectionLimitMs } = takeTimeLimit(`mongodb://localhost/?${times.join('&')}`)
  /** @param {string} name */
  const isOn = (name) => String(given[name] ?? address.option(name)) !== 'false'
  return {
    timeLimitMs,
    selectionLimitMs,
    retries: { reads: isOn('retryReads'), writes: isOn('retryWrites') },
    readsFrom: modeOf(given.readPreference ?? db?.s?.readPreference ?? address.option('readPreference')),
    servers: namesOf(given, db) ?? (address.hosts.join(', ') || 'the server'),
  }
}

/**
 * @param {Client | undefined} client
 * @param {Db | undefined} db
 */
function optionsOf(client, db) {
  return client?.options ?? client?.s?.options ?? db?.s?.topology?.s?.options
}

/**
 * @param {string | ReadPreference} [preference]
 * @returns {string}
 */
function modeOf(preference = 'primary') {
  return typeof preference === 'string' ? preference : (preference.mode ?? preference.preference ?? 'primary')
}

/**
 * Hosts and ports: from version 4 of the driver on they are in its options, before that in its topology.
 * @param {Partial<ClientOptions> & DriverOptions} options
 * @param {Db | undefined} db
 */
function namesOf({ srvHost, hosts, servers }, db) {
  if (srvHost) return srvHost
  const { host, port } = db?.serverConfig ?? {}
  const known = hosts ?? servers?.map(addressOf) ?? (typeof host === 'string' ? [addressOf({ host, port })] : [])
  return known.length > 0 ? known.join(', ') : undefined
}

module.exports = { settingsOf }
