'use strict'

// Reads the settings of a given client, Db or mongoose connection, by the generation of its driver. The given object is
// only looked at.

const { Promise } = require('../../common/promises.js')
const { readSettings } = require('../read-settings.js')
const { readLegacy } = require('./driver-1-2.js')
const { readVersion3, readVersion3Topology } = require('./driver-3.js')
const { readModern } = require('./driver-4-7.js')
const { isTooOld } = require('./server-version.js')
const { clientOfDb, clientOfMongoose, isClient, isDb, isMongoose, mistaken } = require('./shape.js')

/** @import { Client, Db, MongooseConnection } from './shape.js' */
/** @import { Target } from '../target.js' */
/** @import { Awaitable } from '../../common/promises.js' */

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
  if (!isClient(client)) throw new TypeError(`The given client is not a MongoClient${mistaken(client)}`)
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
  if (!isDb(db)) throw new TypeError(`The given db is not a Db of the mongodb package${mistaken(db)}`)
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
  if (!isMongoose(connection))
    throw new TypeError(`The given mongooseConnection is not a connection of mongoose${mistaken(connection)}`)
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

module.exports = { fromClient, fromDb, whenOpen }
