'use strict'

// Where a store's sessions are: a connection string of its own, or the settings read off a client, Db or mongoose
// connection that the application already has. The given object is only looked at: the store opens connections of its
// own, and never closes somebody else's.

const { isThenable } = require('./promises.js')
const { fromParts, withOptions } = require('./uri.js')

/**
 * @typedef {object} Target
 * @property {string} uri for the addon, with every option in it
 * @property {string} [database] the database's name, where it is not the one of `uri`
 * @property {object} [client] the application's own client
 * @property {object} [db] the application's own Db
 */

/** Options that name a connection, in the order in which the first one given is taken. */
const STRATEGIES = {
  mongoUrl: (url, options) => ownUrl(url, options),
  url: (url, options) => ownUrl(url, options),
  mongooseConnection: (connection) => whenOpen(connection),
  mongoose_connection: (connection) => whenOpen(connection),
  clientPromise: (promise, options) => Promise.resolve(promise).then((client) => fromClient(client, options.dbName)),
  client: (client, options) => fromClient(client, options.dbName),
  db: (db) => fromDb(db),
  dbPromise: (promise) => Promise.resolve(promise).then(fromDb),
}

/** The name of the connection option that counts among the given ones. */
function strategyOf(options) {
  // connect-mongo 0.x took the name of a database as `db`.
  return Object.keys(STRATEGIES).find((name) => options[name] && !(name === 'db' && typeof options.db === 'string'))
}

/**
 * The target of a store, or a promise of it.
 * @param {object} options the application's
 * @returns {Target | Promise<Target>}
 */
function targetOf(options) {
  const strategy = strategyOf(options)
  const given = options[strategy]
  if (strategy.endsWith('Promise') && !isThenable(given)) {
    throw new TypeError(`The option ${strategy} must be a promise`)
  }
  return STRATEGIES[strategy](given, options)
}

function ownUrl(url, { mongoOptions, dbName }) {
  return { uri: withOptions(url, mongoOptions), database: dbName || undefined }
}

/** From a MongoClient of the `mongodb` package, version 3 or later, connected or not. */
function fromClient(client, database) {
  if (client === null || typeof client !== 'object') throw new TypeError('The given client is not a MongoClient')
  const uri = client.options?.hosts ? uriOfModern(client.options) : uriOfV3(client)
  if (uri === undefined) {
    throw new TypeError(
      'The settings of the given client cannot be read: give a MongoClient of the mongodb package, version 3 or later, or mongoUrl'
    )
  }
  return { uri, database: database || undefined, client }
}

/** Options of a client of version 4 and later that a connection string can carry. */
const CARRIED = [
  'appName', 'authMechanism', 'compressors', 'connectTimeoutMS', 'directConnection', 'heartbeatFrequencyMS',
  'loadBalanced', 'localThresholdMS', 'maxIdleTimeMS', 'maxPoolSize', 'minPoolSize', 'readConcern', 'readPreference',
  'replicaSet', 'retryReads', 'retryWrites', 'serverSelectionTimeoutMS', 'tls', 'tlsCAFile', 'tlsCertificateKeyFile',
  'tlsCertificateKeyFilePassword', 'writeConcern',
]
/** Options that change who is connected to, or how safely, and that only the application's own client can follow. */
const NOT_CARRIED = ['autoEncryption', 'ca', 'cert', 'key', 'pfx', 'lookup', 'checkServerIdentity', 'secureContext', 'proxyHost']

function uriOfModern(options) {
  // A TLS file's name stays in the options beside its content, which then need not be carried.
  const files = { ca: 'tlsCAFile', cert: 'tlsCertificateKeyFile', key: 'tlsCertificateKeyFile' }
  const obstacle = NOT_CARRIED.find((name) => options[name] !== undefined && !(files[name] && options[files[name]]))
  if (obstacle) {
    throw new TypeError(`The given client has the option ${obstacle}, which cannot be carried over: give mongoUrl instead`)
  }
  const { credentials } = options
  const carried = {}
  for (const name of CARRIED) if (options[name] !== undefined) carried[name] = options[name]
  // A timeout of 0 is none, and a directConnection to several hosts is refused even when it is false.
  for (const name of ['directConnection', 'loadBalanced']) if (!carried[name]) delete carried[name]
  if (options.tls && options.rejectUnauthorized === false) carried.tlsAllowInvalidCertificates = true
  if (credentials) {
    carried.authSource = credentials.source
    if (credentials.mechanism && credentials.mechanism !== 'DEFAULT') carried.authMechanism = credentials.mechanism
  }
  return fromParts({
    hosts: options.hosts.map((host) => host.socketPath ?? String(host)),
    user: credentials?.username || undefined,
    password: credentials?.password || undefined,
    database: options.dbName,
    options: carried,
  })
}

/** Version 3 keeps the connection string, and options given beside it. */
function uriOfV3(client) {
  const { url, options = {} } = client.s ?? {}
  if (typeof url !== 'string') return undefined
  const { auth, user, password, authSource } = options
  const credentials = auth ?? (user === undefined ? undefined : { user, password })
  return withOptions(url, { auth: credentials?.password === undefined ? undefined : credentials, authSource })
}

/** From a Db of version 3 or later of the `mongodb` package. */
function fromDb(db) {
  const client = db?.client ?? db?.s?.client
  if (!client) {
    throw new TypeError('The settings of the given db cannot be read: give its client, or mongoUrl')
  }
  return { ...fromClient(client, db.databaseName), db }
}

/** From a mongoose connection of version 5 or later, which may still be opening. */
function whenOpen(connection) {
  const read = () => {
    const client = connection.getClient?.() ?? connection.client
    if (!client) throw new TypeError('The settings of the given mongoose connection cannot be read: give mongoUrl')
    return { ...fromClient(client, connection.name ?? connection.db?.databaseName), db: connection.db }
  }
  if (connection?.readyState === 1) return read()
  if (typeof connection?.once !== 'function') throw new TypeError('The given mongooseConnection is not a connection of mongoose')
  return new Promise((resolve) => connection.once('open', resolve)).then(read)
}

module.exports = { strategyOf, targetOf }
