'use strict'

// Reads the settings of a given client, Db or mongoose connection, according to the generation of its driver. It does
// not change the given object.

const { callIfThere } = require('../../common/given.js')
const { addon } = require('../../common/native.js')
const { warnOnce } = require('../../common/warn.js')
const { readSettings } = require('../read-settings.js')
const { readLegacy } = require('./driver-1-2.js')
const { readVersion3, readVersion3Topology } = require('./driver-3.js')
const { readModern } = require('./driver-4-7.js')
const { warnOfHiddenDatabase } = require('./mongoose-client.js')
const { watchOpening } = require('./mongoose-opening.js')
const { isTooOld } = require('./server-version.js')
const { clientOfDb, clientOfMongoose, connectionOf, isClient, isDb } = require('./shape.js')

/** @import { Client, Db, MongooseConnection } from './shape.js' */
/** @import { Seeker, Stop, Target } from '../target.js' */

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
 * Finds the target of a client, connected or not, or of another object that was given as one. Versions 1 and 2 of the
 * driver have no client, so their Db stands for it.
 * @param {unknown} given
 * @param {string | undefined} dbName
 * @param {Seeker} seeker
 * @returns {Stop | void}
 */
function seekClient(given, dbName, seeker) {
  const connection = givenMongoose(given)
  if (connection) return seekConnection(connection, dbName, seeker)
  if (isDb(given)) return seeker.found(targetOfDb(dbName ? callIfThere(given, 'db', dbName) : given))
  if (!isClient(given)) throw new TypeError('The given client is not a MongoClient')
  const database = dbName || given.options?.dbName || given.s?.options?.dbName || undefined
  if (!dbName) warnOfHiddenDatabase(given, database)
  return seeker.found(borrowed({ client: given, database }, () => readClient(given)))
}

/**
 * Finds the target of a Db, or of a mongoose connection that was given as one.
 * @param {unknown} given
 * @param {Seeker} seeker
 * @returns {Stop | void}
 */
function seekDb(given, seeker) {
  const connection = givenMongoose(given)
  return connection ? seekConnection(connection, undefined, seeker) : seeker.found(targetOfDb(given))
}

/**
 * Finds the target of a mongoose connection, or of the default connection of a mongoose module.
 * @param {unknown} given
 * @param {Seeker} seeker
 * @returns {Stop | void}
 */
function seekMongoose(given, seeker) {
  const connection = givenMongoose(given)
  if (!connection) throw new TypeError('The given mongooseConnection is not a connection of mongoose')
  return seekConnection(connection, undefined, seeker)
}

/**
 * The given mongoose connection, or the default connection of a given mongoose module.
 * @param {unknown} given
 */
function givenMongoose(given) {
  const connection = connectionOf(given)
  if (connection && connection !== given) {
    warnOnce('The mongoose module was passed as a connection. Pass mongoose.connection instead', 'MONGO_STORE_OPTION')
  }
  return connection
}

/**
 * Finds the target of a mongoose connection, as soon as its client or Db and its database are known.
 * @param {MongooseConnection} connection
 * @param {string | undefined} dbName
 * @param {Seeker} seeker
 * @returns {Stop | void}
 */
function seekConnection(connection, dbName, seeker) {
  const look = () => (isKnown(connection) ? targetOfConnection(connection, dbName) : undefined)
  const target = look()
  if (target) return seeker.found(target)
  if (connection.readyState === 1 || typeof connection.once !== 'function') {
    throw new TypeError('The given mongoose connection has neither a client nor a db')
  }
  return watchOpening(connection, look, seeker)
}

/** @param {Client} client */
function readClient(client) {
  const { options } = client
  if (!options?.hosts) return readVersion3(client)
  return readModern(/** @type {typeof options & Record<string, unknown>} */ (options))
}

/** @param {unknown} db */
function targetOfDb(db) {
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

/** @param {MongooseConnection} connection */
function isKnown(connection) {
  // Before version 6, a connection that is opening does not have all settings yet, and its driver may lose operations.
  // Without the addon, the connection itself carries the operations.
  if (connection.readyState !== 1 && !(addon && clientOfMongoose(connection)?.options?.hosts)) return false
  const hasDatabase = Boolean(connection.db) || typeof connection.name === 'string'
  return hasDatabase && (isDb(connection.db) || clientOfMongoose(connection) !== undefined)
}

/**
 * @param {MongooseConnection} connection
 * @param {string | undefined} dbName of the store, which overrides the connection's
 */
function targetOfConnection(connection, dbName) {
  const client = clientOfMongoose(connection)
  // A connection made by useDb shares its client with others, and has its own database.
  const database = dbName || (connection.name ?? connection.db?.databaseName)
  const isOther = dbName && dbName !== connection.db?.databaseName
  const db = isOther ? callIfThere(client ?? connection.db, 'db', dbName) : connection.db
  return borrowed({ client, db, database }, () => {
    if (client) return readClient(client)
    return db && readDb(undefined, db, connection)
  })
}

module.exports = { connectionOf, seekClient, seekDb, seekMongoose }
