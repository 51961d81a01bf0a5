'use strict'

// What a given object is, told by its shape alone: nothing of the application's is imported, and each generation has
// classes of its own.

/** A connection of mongoose: it has a state. */
function isMongoose(given) {
  return typeof given?.readyState === 'number' && typeof given.db !== 'function'
}

/** A database of any driver: it has a name, and collections. A stand-in in a test may have these only. */
function isDb(given) {
  return typeof given?.collection === 'function'
}

/** A client: it has databases. */
function isClient(given) {
  return typeof given?.db === 'function' && !isDb(given)
}

/** The client of a Db, from version 4 of the driver on. */
function clientOfDb(db) {
  return db.client ?? db.s?.client
}

/** The client of a mongoose connection, from version 5 on; it is there before the connection is open. */
function clientOfMongoose(connection) {
  const client = connection.getClient?.() ?? connection.client
  return isClient(client) ? client : undefined
}

module.exports = { isMongoose, isDb, isClient, clientOfDb, clientOfMongoose }
