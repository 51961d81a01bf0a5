'use strict'

// The settings of a Db of versions 1 and 2, which has them in the parts of its topology: where exactly differs by
// version and by what it is connected to.

const { fromParts } = require('../connection-string.js')
const { tlsOf } = require('./tls.js')

/** What these drivers take for themselves when nothing is said. */
const DEFAULTS = { size: 5, socketTimeout: [0, 30_000, 360_000], connectionTimeout: [0, 10_000, 30_000] }
/** The names of their providers of credentials; undefined for what every server now negotiates. */
const MECHANISMS = {
  'scram-sha-1': undefined,
  'scram-sha-256': undefined,
  mongocr: undefined,
  default: undefined,
  x509: 'MONGODB-X509',
  plain: 'PLAIN',
}

/**
 * @param {object} db of version 1 or 2, open or not
 * @param {{user?: string, pass?: string}} [account] of the mongoose connection that has the Db
 * @returns {string | undefined} the connection string; undefined when it can't be read
 * @throws {TypeError} that tells what can't be carried over
 */
function readLegacy(db, account = {}) {
  const topology = db.serverConfig
  if (topology === null || typeof topology !== 'object') return undefined
  const many = topology.s?.replset?.s ?? topology.s?.mongos?.s
  const hosts = hostsOf(topology, many)
  if (hosts === undefined) return undefined
  const { pool, options: made } = topology.s?.server?.s ?? {}
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
  for (const name of ['ssl', 'sslCA', 'sslCert', 'sslKey', 'sslPass', 'sslValidate']) options[name] ??= topology[name]

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
  if (options.size > 0 && options.size !== DEFAULTS.size) carried.maxPoolSize = options.size
  const { connectionTimeout, socketTimeout } = options
  if (connectionTimeout > 0 && !DEFAULTS.connectionTimeout.includes(connectionTimeout))
    carried.connectTimeoutMS = connectionTimeout
  if (socketTimeout > 0 && !DEFAULTS.socketTimeout.includes(socketTimeout)) carried.socketTimeoutMS = socketTimeout

  const session =
    sessionOf(db, topology, many) ??
    (account.user && { username: account.user, password: account.pass, db: options.authSource })
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

function hostsOf(topology, many) {
  if (many) {
    const seeds = many.seedlist ?? many.seeds
    return seeds?.length > 0 ? seeds.map(addressOf) : undefined
  }
  const { host = topology.s?.clonedOptions?.host, port = topology.s?.clonedOptions?.port } = topology
  return typeof host === 'string' ? [addressOf({ host, port })] : undefined
}

function addressOf(seed) {
  if (typeof seed === 'string') return seed
  return seed.host.startsWith('/') ? seed.host : `${seed.host}:${seed.port ?? 27017}`
}

/** The drivers have one set of tags, or a list of them. */
function tagsOf({ tags }) {
  if (!tags) return []
  return Array.isArray(tags) ? tags : [tags]
}

/** Who is logged in: `{ username, password, db, mechanism }`. */
function sessionOf(db, topology, many) {
  if (db.auths?.length > 0) {
    const { username, password, authdb } = db.auths[0]
    return { username, password, db: authdb }
  }
  const contexts = many?.authenticationContexts
  if (contexts?.length > 0) {
    const [name, source, username, password] = contexts[0]
    return { username, password, db: source, mechanism: mechanismOf(name) }
  }
  const { primary } = many?.replicaSetState ?? many?.replState ?? {}
  for (const part of [topology.s?.server, primary, many && { s: many }, ...(many?.connectedProxies ?? [])]) {
    const providers = part?.s?.authProviders ?? part?.s?.pool?.authProviders ?? {}
    for (const [name, provider] of Object.entries(providers)) {
      const [session] = provider?.authStore ?? []
      if (session)
        return { username: session.username, password: session.password, db: session.db, mechanism: mechanismOf(name) }
    }
  }
  return undefined
}

function mechanismOf(name) {
  const lower = String(name).toLowerCase()
  if (!(lower in MECHANISMS)) throw new TypeError(`it authenticates by ${name}`)
  return MECHANISMS[lower]
}

module.exports = { readLegacy }
