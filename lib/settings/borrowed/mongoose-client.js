'use strict'

// Finds the database of a mongoose connection that differs from the one in its connection string. Its client does not
// know it.

const { warnOnce } = require('../../common/warn.js')
const { clientOfMongoose, mongooseOf } = require('./shape.js')

/** @import { Client } from './shape.js' */

/** The files with the exports of a mongoose package, wherever and under whatever name it is installed. */
const MONGOOSE = /[\\/]node_modules[\\/][^\\/]*mongoose[^\\/]*[\\/](?:lib[\\/])?index\.js$/

/**
 * Warns if a client belongs to mongoose connections that all use another database.
 * @param {Client} client given without the name of a database
 * @param {string} [database] of the client
 */
function warnOfHiddenDatabase(client, database = 'test') {
  const { driverInfo } = client.options ?? client.s?.options ?? {}
  if (/** @type {{name?: string} | undefined} */ (driverInfo)?.name !== 'Mongoose') return
  const names = connectionsOf(client).flatMap(({ name, $dbName }) => name ?? $dbName ?? [])
  if (names.length === 0 || names.includes(database)) return
  warnOnce(
    `The client of the mongoose connection does not know its database "${names[0]}", so sessions go to "${database}". ` +
      'Pass the connection instead of its client, or set dbName',
    'MONGO_STORE_CONNECTION',
  )
}

/** @param {Client} client */
function connectionsOf(client) {
  const loaded = Object.entries(require.cache).flatMap(([filename, module]) =>
    MONGOOSE.test(filename) ? (mongooseOf(module?.exports)?.connections ?? []) : [],
  )
  return loaded.filter((connection) => clientOfMongoose(connection) === client)
}

module.exports = { warnOfHiddenDatabase }
