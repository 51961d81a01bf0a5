'use strict'

// Finds out where a store's sessions are: by a connection string, or by what the application already has. Of a given
// client, Db or mongoose connection only the settings are read, and the store opens connections of its own with them.
// Where that is not possible, the target says why, and the store works through the given object itself.

const { isThenable } = require('../common/promises.js')
const { readLegacy } = require('./borrowed/driver-1-2.js')
const { readModern } = require('./borrowed/driver-4-7.js')
const { clientOfDb, clientOfMongoose, isClient, isDb, isMongoose } = require('./borrowed/shape.js')
const { readVersion3, readVersion3Topology } = require('./borrowed/driver-3.js')
const { isTooOld } = require('./borrowed/server-version.js')
const { withOptions } = require('./connection-string.js')

/** @import { Client, Db, MongooseConnection } from './borrowed/shape.js' */
/** @import { Awaitable } from '../common/promises.js' */

/**
 * @typedef {object} Target
 * @property {string} [uri] for the addon, with every option in it; absent when the store can't use the addon
 * @property {string} [obstacle] why it can't
 * @property {TypeError} [refusal] the error that says so
 * @property {string} [database] the database's name, where it is not the one of `uri`
 * @property {boolean} isOwn whether the connection is the store's own, by a connection string
 * @property {Client} [client] the application's own client
 * @property {Db} [db] the application's own Db
 * @property {boolean} [isStandIn] whether the given object is not a driver's, but for instance a test's
 */

/**
 * The options that name a connection. The first one counts, in this order.
 * @typedef {object} ConnectionOptions
 * @property {string} [mongoUrl]
 * @property {string} [url]
 * @property {object} [mongooseConnection]
 * @property {object} [mongoose_connection]
 * @property {PromiseLike<unknown>} [clientPromise]
 * @property {object} [client]
 * @property {object | string} [db]
 * @property {PromiseLike<unknown>} [dbPromise]
 * @property {Record<string, unknown>} [mongoOptions] beside a connection string
 * @property {string} [dbName] beside a connection string or a client
 */

/** @type {Record<string, (options: ConnectionOptions) => Awaitable<Target>>} */
const STRATEGIES = {
  mongoUrl: (options) => ownUrl(options, options.mongoUrl),
  url: (options) => ownUrl(options, options.url),
  mongooseConnection: ({ mongooseConnection }) => whenOpen(mongooseConnection),
  mongoose_connection: ({ mongoose_connection: connection }) => whenOpen(connection),
  clientPromise: ({ clientPromise, dbName }) =>
    promiseOf('clientPromise', clientPromise).then((client) => fromClient(client, dbName)),
  client: ({ client, dbName }) => fromClient(client, dbName),
  db: ({ db }) => fromDb(db),
  dbPromise: ({ dbPromise }) => promiseOf('dbPromise', dbPromise).then(fromDb),
}

/**
 * The name of the connection option that counts among the given ones.
 * @param {object} options the application's
 */
function strategyOf(options) {
  const given = /** @type {Record<string, unknown>} */ (options)
  // connect-mongo 0.x took the name of a database as `db`.
  return Object.keys(STRATEGIES).find((name) => given[name] && !(name === 'db' && typeof given.db === 'string'))
}

/**
 * The target of a store, or a promise of it.
 * @param {ConnectionOptions} options the application's, one of which names a connection
 * @returns {Awaitable<Target>}
 * @throws {TypeError} for a connection that can't be one
 */
function targetOf(options) {
  return STRATEGIES[String(strategyOf(options))](options)
}

/**
 * @param {string} name of an option
 * @param {unknown} given
 */
function promiseOf(name, given) {
  if (!isThenable(given)) throw new TypeError(`The option ${name} must be a promise`)
  return Promise.resolve(given)
}

/**
 * @param {Pick<ConnectionOptions, 'mongoOptions' | 'dbName'>} options
 * @param {string} [url]
 * @returns {Target}
 */
function ownUrl({ mongoOptions, dbName }, url = '') {
  const read = readSettings(() => withOptions(url, mongoOptions))
  return { isOwn: true, database: dbName || undefined, ...read }
}

/**
 * The connection string that `read` gives, or why there is none.
 * @param {() => string | undefined} read
 * @returns {Pick<Target, 'uri' | 'obstacle' | 'refusal' | 'isStandIn'>}
 */
function readSettings(read) {
  try {
    const uri = read()
    return uri === undefined ? { obstacle: 'its settings cannot be read', isStandIn: true } : { uri }
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return { obstacle: error.message, refusal: error }
  }
}

/**
 * @param {Pick<Target, 'client' | 'db' | 'database'>} live
 * @param {() => string | undefined} read
 * @returns {Target}
 */
function borrowed(live, read) {
  if (isTooOld(live)) return { isOwn: false, ...live, obstacle: 'its server is older than MongoDB 4.4' }
  return { isOwn: false, ...live, ...readSettings(read) }
}

/**
 * From a client, connected or not. Versions 1 and 2 of the driver have no client: their Db stands for it.
 * @param {unknown} client
 * @param {string} [dbName]
 */
function fromClient(client, dbName) {
  if (isDb(client)) return fromDb(dbName ? client.db?.(dbName) : client)
  if (!isClient(client)) throw new TypeError('The given client is not a MongoClient')
  const database = dbName || client.options?.dbName || client.s?.options?.dbName || undefined
  return borrowed({ client, database }, () => readClient(client))
}

/** @param {Client} client */
function readClient(client) {
  const { options } = client
  if (!options?.hosts) return readVersion3(client)
  return readModern(/** @type {typeof options & Record<string, unknown>} */ (options))
}

/** @param {unknown} db */
function fromDb(db) {
  if (!isDb(db)) throw new TypeError('The given db is not a Db of the mongodb package')
  const client = clientOfDb(db)
  return borrowed({ client, db, database: db.databaseName || undefined }, () => readDb(client, db))
}

/**
 * @param {Client | undefined} client
 * @param {Db} db
 * @param {MongooseConnection} [account] that has the Db
 */
function readDb(client, db, account) {
  if (client) return readClient(client)
  const ofTopology = db.s?.topology && readVersion3Topology(db.s.topology, db.databaseName)
  return ofTopology ?? readLegacy(db, account)
}

/**
 * From a mongoose connection, as soon as its client or Db and its database are known.
 * @param {unknown} connection
 * @returns {Awaitable<Target>}
 */
function whenOpen(connection) {
  if (!isMongoose(connection)) throw new TypeError('The given mongooseConnection is not a connection of mongoose')
  if (isKnown(connection)) return fromMongoose(connection)
  if (connection.readyState === 1 || typeof connection.once !== 'function') {
    throw new TypeError('The given mongooseConnection has neither a client nor a db')
  }
  return new Promise((resolve) => {
    connection.once?.('open', () => resolve(fromMongoose(connection)))
  })
}

/** @param {MongooseConnection} connection */
function isKnown(connection) {
  // Before version 6, a connection that is opening does not have all settings yet, and its driver may lose operations.
  if (connection.readyState !== 1 && !clientOfMongoose(connection)?.options?.hosts) return false
  const hasDatabase = Boolean(connection.db) || typeof connection.name === 'string'
  return hasDatabase && (isDb(connection.db) || clientOfMongoose(connection) !== undefined)
}

/** @param {MongooseConnection} connection */
function fromMongoose(connection) {
  const { db } = connection
  const client = clientOfMongoose(connection)
  // A connection made by useDb shares its client with others, and has a database of its own.
  const database = connection.name ?? db?.databaseName
  return borrowed({ client, db, database }, () => {
    if (client) return readClient(client)
    return db && readDb(undefined, db, connection)
  })
}

module.exports = { strategyOf, targetOf }
