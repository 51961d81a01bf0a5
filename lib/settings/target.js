'use strict'

// Where a store's sessions are: a connection string of its own, or what the application already has. Of a given client,
// Db or mongoose connection the settings are read, and the store opens connections of its own with them; the given object
// is only looked at. Where that can't do, the target says why, and the store works through the given object itself.

const { isThenable } = require('../common/promises.js')
const { readLegacy } = require('./borrowed/driver-1-2.js')
const { readModern } = require('./borrowed/driver-4-7.js')
const { clientOfDb, clientOfMongoose, isClient, isDb, isMongoose } = require('./borrowed/shape.js')
const { readVersion3, readVersion3Topology } = require('./borrowed/driver-3.js')
const { isTooOld } = require('./borrowed/server-version.js')
const { withOptions } = require('./connection-string.js')

/**
 * @typedef {object} Target
 * @property {string} [uri] for the addon, with every option in it; absent when the addon can't be used
 * @property {string} [obstacle] why not
 * @property {TypeError} [refusal] the error for that, where there is no given client
 * @property {string} [database] the database's name, where it is not the one of `uri`
 * @property {boolean} isOwn whether the connection is the store's own, by a connection string
 * @property {object} [client] the application's own client
 * @property {object} [db] the application's own Db
 * @property {boolean} [isStandIn] whether the given object is none of a driver, such as a test's
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
  const database = dbName || undefined
  return {
    isOwn: true,
    database,
    ...read(
      () => withOptions(url, mongoOptions),
      (refusal) => ({ refusal }),
    ),
  }
}

/** What reading settings gives: the connection string, or why there is none. */
function read(settings, more = () => ({})) {
  try {
    const uri = settings()
    return uri === undefined ? { obstacle: 'its settings cannot be read', isStandIn: true } : { uri }
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return { obstacle: error.message, ...more(error) }
  }
}

function borrowed(live, settings) {
  if (isTooOld(live)) return { isOwn: false, ...live, obstacle: 'its server is older than MongoDB 4.4' }
  return { isOwn: false, ...live, ...read(settings) }
}

/** From a client, connected or not; the driver's versions 1 and 2 have none, and their Db stands for it. */
function fromClient(client, dbName) {
  if (isDb(client)) return fromDb(dbName ? client.db(dbName) : client)
  if (!isClient(client)) throw new TypeError('The given client is not a MongoClient')
  const database = dbName || client.options?.dbName || client.s?.options?.dbName || undefined
  return borrowed({ client, database }, () => readClient(client))
}

function readClient(client) {
  return client.options?.hosts ? readModern(client.options) : readVersion3(client)
}

function fromDb(db) {
  if (!isDb(db)) throw new TypeError('The given db is not a Db of the mongodb package')
  const client = clientOfDb(db)
  return borrowed({ client, db, database: db.databaseName || undefined }, () => readDb(client, db))
}

function readDb(client, db, account) {
  if (client) return readClient(client)
  if (db.s?.topology) return readVersion3Topology(db.s.topology, db.databaseName) ?? readLegacy(db, account)
  return readLegacy(db, account)
}

/** From a mongoose connection, as soon as its client or Db and its database are known. */
function whenOpen(connection) {
  if (!isMongoose(connection)) throw new TypeError('The given mongooseConnection is not a connection of mongoose')
  if (isKnown(connection)) return fromMongoose(connection)
  if (connection.readyState === 1 || typeof connection.once !== 'function') {
    throw new TypeError('The given mongooseConnection has neither a client nor a db')
  }
  return new Promise((resolve) => {
    connection.once('open', () => resolve(fromMongoose(connection)))
  })
}

function isKnown(connection) {
  // Before version 6 a connection that opens has not all settings yet, and its driver may forget what it is asked.
  if (connection.readyState !== 1 && !clientOfMongoose(connection)?.options?.hosts) return false
  const hasDatabase = Boolean(connection.db) || typeof connection.name === 'string'
  return hasDatabase && (isDb(connection.db) || clientOfMongoose(connection) !== undefined)
}

function fromMongoose(connection) {
  const { db } = connection
  const client = clientOfMongoose(connection)
  // A connection made by useDb has a client in common with others, and a database of its own.
  const database = connection.name ?? db?.databaseName
  return borrowed({ client, db, database }, () => readDb(client, db, connection))
}

module.exports = { strategyOf, targetOf }
