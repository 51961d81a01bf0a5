'use strict'

// Reads the settings of a client of version 3, which keeps its connection string and its options. Also reads those of a
// Db of that version, which has no public link to its client.

const { addressOf } = require('../address.js')
const { fromParts, withOptions } = require('../connection-string.js')
const { mechanismOf } = require('../mechanisms.js')
const { tlsOf } = require('./tls-before-4.js')

/** @import { Client, DriverOptions, Topology } from './shape.js' */

/** Options that are carried over, and their newer names. */
const CARRIED = {
  appname: 'appName',
  appName: 'appName',
  connectTimeoutMS: 'connectTimeoutMS',
  directConnection: 'directConnection',
  heartbeatFrequencyMS: 'heartbeatFrequencyMS',
  localThresholdMS: 'localThresholdMS',
  maxPoolSize: 'maxPoolSize',
  minPoolSize: 'minPoolSize',
  minSize: 'minPoolSize',
  poolSize: 'maxPoolSize',
  readConcern: 'readConcern',
  readConcernLevel: 'readConcernLevel',
  readPreference: 'readPreference',
  readPreferenceTags: 'readPreferenceTags',
  replicaSet: 'replicaSet',
  rs_name: 'replicaSet',
  retryReads: 'retryReads',
  retryWrites: 'retryWrites',
  serverSelectionTimeoutMS: 'serverSelectionTimeoutMS',
  socketTimeoutMS: 'socketTimeoutMS',
  wtimeout: 'wtimeoutMS',
  w: 'w',
  j: 'journal',
  writeConcern: 'writeConcern',
  compressors: 'compressors',
}

/**
 * @param {Client} client of version 3
 * @returns {string | undefined} the connection string; undefined for a client of another kind
 * @throws {TypeError} that says what can't be carried over
 */
function readVersion3(client) {
  const { url, options: given } = client.s ?? {}
  if (typeof url !== 'string') return undefined
  const options = flatten(given)
  const carried = carriedOf(options)
  const { auth, user, password, authSource } = options
  const credentials = auth ?? (user === undefined ? undefined : { user, password })
  if (credentials?.password !== undefined)
    carried.auth = { user: credentials.user ?? credentials.username, password: credentials.password }
  if (authSource) carried.authSource = authSource
  // With one host and no name of a set, the driver connected directly, even if the host belongs to a set.
  if (/^mongodb:\/\/[^,/?]+(?:[/?]|$)/.test(url) && !/[?&]replicaSet=/i.test(url) && !carried.replicaSet)
    carried.directConnection ??= true
  return withOptions(url, carried)
}

/**
 * The same from a Db's topology, which has the options with which it was made.
 * @param {Topology} topology
 * @param {string} [database]
 * @throws {TypeError} that says what can't be carried over
 */
function readVersion3Topology(topology, database) {
  const options = flatten(topology.s?.options)
  const { servers, credentials } = options
  if (!Array.isArray(servers) || servers.length === 0) return undefined
  const carried = carriedOf(options)
  if (options.setName) carried.replicaSet ??= options.setName
  if (credentials?.source) carried.authSource = credentials.source
  if (credentials?.mechanism && credentials.mechanism.toLowerCase() !== 'default')
    carried.authMechanism = credentials.mechanism.toUpperCase()
  return fromParts({
    hosts: servers.map(addressOf),
    user: credentials?.username || undefined,
    password: credentials?.password || undefined,
    database,
    options: carried,
  })
}

/**
 * The options, with the contents of the nested forms that older code still uses.
 * @param {DriverOptions} [options]
 * @returns {DriverOptions}
 */
function flatten(options = {}) {
  const { db, server, replset, replSet, mongos } = options
  const nested = [db, server, replset, replSet, mongos].filter(
    /** @returns {part is {socketOptions?: object}} */
    (part) => part !== null && typeof part === 'object' && isPlain(part),
  )
  return Object.assign({}, ...nested.map(({ socketOptions, ...part }) => ({ ...socketOptions, ...part })), options)
}

/**
 * Whether an object is a plain one, of any realm.
 * @param {object} value
 */
function isPlain(value) {
  const prototype = Object.getPrototypeOf(value)
  return prototype !== null && Object.getPrototypeOf(prototype) === null
}

/**
 * @param {DriverOptions} options
 * @returns {Record<string, unknown>}
 */
function carriedOf(options) {
  if (options.autoEncryption) throw new TypeError('it has client-side encryption (autoEncryption)')
  if (options.lookup) throw new TypeError('it has its own lookup function')
  const mechanism = mechanismOf(options.authMechanism?.toUpperCase() || 'DEFAULT')
  /** @type {Record<string, unknown>} */
  const carried = {}
  for (const [name, known] of Object.entries(CARRIED)) {
    if (options[name] !== undefined && options[name] !== null) carried[known] ??= options[name]
  }
  carried.authMechanism = mechanism
  if (carried.directConnection === false) delete carried.directConnection
  const { compressors = [] } = options.compression ?? {}
  if (compressors.length > 0) carried.compressors ??= compressors
  return Object.assign(carried, tlsOf(options))
}

module.exports = { readVersion3, readVersion3Topology }
