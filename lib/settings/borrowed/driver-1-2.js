'use strict'

// Reads the settings of a Db of versions 1 and 2, which keeps them in its topology. The exact place depends on the
// version and on what the Db is connected to.

const { addressOf } = require('../address.js')
const { fromParts } = require('../connection-string.js')
const { mechanismOf } = require('../mechanisms.js')
const { tlsOf } = require('./tls-before-4.js')

/** @import { Db, DriverOptions, MongooseConnection, Providers, ReadPreference, Server, SetState, Topology } from './shape.js' */

/** The defaults of these drivers, which are not carried over. Times in milliseconds. */
const DEFAULTS = { size: 5, socketTimeout: [0, 30_000, 360_000], connectionTimeout: [0, 10_000, 30_000] }
/**
 * The names of the mechanisms in these drivers. Every server negotiates SCRAM now.
 * @type {Record<string, string | undefined>}
 */
const PROVIDERS = {
  'scram-sha-1': 'DEFAULT',
  'scram-sha-256': 'DEFAULT',
  mongocr: 'MONGODB-CR',
  default: 'DEFAULT',
  x509: 'MONGODB-X509',
  plain: 'PLAIN',
}

/**
 * @param {Db} db of version 1 or 2, open or not
 * @param {Pick<MongooseConnection, 'user' | 'pass'>} [account] of the mongoose connection that has the Db
 * @returns {string | undefined} the connection string; undefined if the settings can't be read
 * @throws {TypeError} that says what can't be carried over
 */
function readLegacy(db, account = {}) {
  const topology = db.serverConfig
  if (!topology || typeof topology !== 'object') return undefined
  const many = topology.s?.replset?.s ?? topology.s?.mongos?.s
  const hosts = hostsOf(topology, many)
  if (hosts === undefined) return undefined
  const { pool, options: made } = topology.s?.server?.s ?? {}
  /** @type {DriverOptions} */
  const options = Object.assign(
    {},
    db.options,
    db.s?.options,
    topology.options,
    topology.s?.options,
    topology.s?.clonedOptions,
    made,
    many?.options,
    pool?.options,
  )
  const outside = /** @type {DriverOptions} */ (/** @type {unknown} */ (topology))
  for (const name of ['ssl', 'sslCA', 'sslCert', 'sslKey', 'sslPass', 'sslValidate']) options[name] ??= outside[name]

  const carried = tlsOf(options, { checked: false })
  const setName = options.setName ?? options.replicaSet ?? options.rs_name
  if (typeof setName === 'string') carried.replicaSet = setName
  else if (!many) carried.directConnection = true
  const concern = db.writeConcern
  if (concern && typeof concern === 'object' && Object.keys(concern).length > 0) carried.writeConcern = concern
  const preference = db.s?.readPreference ?? options.readPreference
  if (preference)
    carried.readPreference =
      typeof preference === 'string' ? preference : { mode: preference.mode, tags: tagsOf(preference) }
  if (db.s?.readConcern) carried.readConcern = db.s.readConcern
  if (options.appname) carried.appName = options.appname
  const { size = 0, connectionTimeout = 0, socketTimeout = 0 } = options
  if (size > 0 && size !== DEFAULTS.size) carried.maxPoolSize = size
  if (connectionTimeout > 0 && !DEFAULTS.connectionTimeout.includes(connectionTimeout))
    carried.connectTimeoutMS = connectionTimeout
  if (socketTimeout > 0 && !DEFAULTS.socketTimeout.includes(socketTimeout)) carried.socketTimeoutMS = socketTimeout

  const ofMongoose = account.user
    ? { username: account.user, password: account.pass, db: options.authSource, mechanism: undefined }
    : undefined
  const session = loginOf(db, topology, many) ?? ofMongoose
  if (session) {
    carried.authSource = session.db || options.authSource || db.databaseName
    if (session.mechanism) carried.authMechanism = session.mechanism
  }
  return fromParts({
    hosts,
    user: session?.username || undefined,
    password: session?.password || undefined,
    database: db.databaseName,
    options: carried,
  })
}

/**
 * @param {Topology} topology
 * @param {SetState | undefined} many
 */
function hostsOf(topology, many) {
  if (many) {
    const seeds = many.seedlist ?? many.seeds ?? []
    return seeds.length > 0 ? seeds.map((seed) => (typeof seed === 'string' ? seed : addressOf(seed))) : undefined
  }
  const { host = topology.s?.clonedOptions?.host, port = topology.s?.clonedOptions?.port } = topology
  return typeof host === 'string' ? [addressOf({ host, port })] : undefined
}

/**
 * The sets of tags. The drivers have one, or a list of them.
 * @param {ReadPreference} preference
 */
function tagsOf({ tags }) {
  if (!tags) return []
  return Array.isArray(tags) ? tags : [tags]
}

/**
 * Who is logged in, and where.
 * @param {Db} db
 * @param {Topology} topology
 * @param {SetState | undefined} many
 * @returns {{username?: string, password?: string, db?: string, mechanism?: string} | undefined}
 */
function loginOf(db, topology, many) {
  const [auth] = db.auths ?? []
  if (auth) return { username: auth.username, password: auth.password, db: auth.authdb }
  const [context] = many?.authenticationContexts ?? []
  if (context) {
    const [name, source, username, password] = context
    return { username, password, db: source, mechanism: mechanismOfProvider(name) }
  }
  const { primary } = many?.replicaSetState ?? many?.replState ?? {}
  for (const part of [topology.s?.server, primary, many && { s: many }, ...(many?.connectedProxies ?? [])]) {
    /** @type {Providers} */
    const providers = part?.s?.authProviders ?? part?.s?.pool?.authProviders ?? {}
    for (const [name, provider] of Object.entries(providers)) {
      const [session] = provider?.authStore ?? []
      if (session)
        return {
          username: session.username,
          password: session.password,
          db: session.db,
          mechanism: mechanismOfProvider(name),
        }
    }
  }
  return undefined
}

/** @param {string} name as these drivers have it */
function mechanismOfProvider(name) {
  return mechanismOf(PROVIDERS[String(name).toLowerCase()] ?? name)
}

module.exports = { readLegacy }
