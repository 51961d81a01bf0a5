'use strict'

// Finds out where a store's sessions are: by a connection string, or by what the application already has. Of a given
// client, Db or mongoose connection only the settings are read, and the store opens connections of its own with them.
// Where that is not possible, the target says why, and the store works through the given object itself.
//
// What reads either of the two is loaded with the first store that needs it: most of this package's files are for that.

const { Promise, isThenable } = require('../common/promises.js')
const { warnOnce } = require('../common/warn.js')

/** @import { Client, Db } from './borrowed/shape.js' */
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
 * The options that name a connection, of which one is given, and those that stand beside it.
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
  mongooseConnection: ({ mongooseConnection }) => borrowed().whenOpen(mongooseConnection),
  mongoose_connection: ({ mongoose_connection: connection }) => borrowed().whenOpen(connection),
  clientPromise: ({ clientPromise, dbName }) =>
    promiseOf('clientPromise', clientPromise).then((client) => borrowed().fromClient(client, dbName)),
  client: ({ client, dbName }) => whenGiven(client, (known) => borrowed().fromClient(known, dbName)),
  db: ({ db }) => borrowed().fromDb(db),
  dbPromise: ({ dbPromise }) => promiseOf('dbPromise', dbPromise).then((db) => borrowed().fromDb(db)),
}

/**
 * The target of a store, or a promise of it.
 * @param {ConnectionOptions} options
 * @returns {Awaitable<Target>}
 * @throws {TypeError} for a connection that can't be one
 */
function targetOf(options) {
  const given = /** @type {Record<string, unknown>} */ (options)
  const strategy = Object.keys(STRATEGIES).find((name) => given[name])
  return STRATEGIES[String(strategy)](options)
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
 * A promise of a client counts as one, as in connect-mongo 4 to 6.
 * @param {unknown} client
 * @param {(client: unknown) => Target} read
 * @returns {Awaitable<Target>}
 */
function whenGiven(client, read) {
  if (!isThenable(client)) return read(client)
  warnOnce('The option client is a promise: clientPromise is the option for it', 'MONGO_STORE_OPTION')
  return Promise.resolve(client).then(read)
}

/** What reads the settings of objects that the application already has. */
function borrowed() {
  return require('./borrowed/index.js')
}

/**
 * @param {Pick<ConnectionOptions, 'mongoOptions' | 'dbName'>} options
 * @param {string} [url]
 * @returns {Target}
 */
function ownUrl({ mongoOptions, dbName }, url = '') {
  const { withOptions } = require('./connection-string.js')
  const { readSettings } = require('./read-settings.js')
  const read = readSettings(() => withOptions(url, mongoOptions))
  return { isOwn: true, database: dbName || undefined, ...read }
}

module.exports = { targetOf }
