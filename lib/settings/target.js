'use strict'

// Finds out where the sessions of a store are, from a connection string or from an object of the application. Only the
// settings of a given client, Db or mongoose connection are read, and the store opens its own connections with them. If
// that is not possible, the target says why, and the store works through the given object itself.
//
// The code that reads either of them is loaded with the first store that needs it. Most files of this package are for
// that.

const { Promise, isThenable } = require('../common/promises.js')
const { warnOnce } = require('../common/warn.js')

/** @import { Client, Db } from './borrowed/shape.js' */

/**
 * @typedef {object} Target
 * @property {string} [uri] for the addon, with every option in it; undefined if the store can't use the addon
 * @property {string} [obstacle] why it can't
 * @property {TypeError} [refusal] the error that says so
 * @property {string} [database] the name of the database, if it is not the one in `uri`
 * @property {boolean} isOwn whether the store has a connection of its own, from a connection string
 * @property {Client} [client] the application's own client
 * @property {Db} [db] the application's own Db
 * @property {boolean} [isStandIn] whether the given object is not a driver's, but a stand-in, such as one in a test
 */

/**
 * The options that name a connection, of which one is given, and the options that belong to it.
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

/**
 * Waits for a target. It is told about each change of the given object, until the target is found.
 * @typedef {object} Seeker
 * @property {() => void} waiting the connection is opening, or may open
 * @property {(error: unknown) => void} failed the connection could not be opened; it may be tried again
 * @property {(target: Target) => void} found
 */

/**
 * Ends a search. Afterwards nothing refers to the seeker, and no listener is left.
 * @typedef {() => void} Stop
 */

/** @type {Record<string, (options: ConnectionOptions, seeker: Seeker) => Stop | void>} */
const STRATEGIES = {
  mongoUrl: (options, { found }) => found(ownUrl(options, options.mongoUrl)),
  url: (options, { found }) => found(ownUrl(options, options.url)),
  mongooseConnection: ({ mongooseConnection }, seeker) => borrowed().seekMongoose(mongooseConnection, seeker),
  mongoose_connection: ({ mongoose_connection: connection }, seeker) => borrowed().seekMongoose(connection, seeker),
  clientPromise: ({ clientPromise, dbName }, seeker) =>
    seekPromised('clientPromise', clientPromise, seeker, (client, then) => borrowed().seekClient(client, dbName, then)),
  client: ({ client, dbName }, seeker) => {
    if (!isThenable(client)) return borrowed().seekClient(client, dbName, seeker)
    // A promise of a client counts as one, as in connect-mongo 4 to 6.
    warnOnce('The option client is a promise. Use clientPromise instead', 'MONGO_STORE_OPTION')
    return STRATEGIES.clientPromise({ clientPromise: client, dbName }, seeker)
  },
  db: ({ db }, seeker) => borrowed().seekDb(db, seeker),
  dbPromise: ({ dbPromise }, seeker) =>
    seekPromised('dbPromise', dbPromise, seeker, (db, then) => borrowed().seekDb(db, then)),
}

/**
 * Looks for the target of a store.
 * @param {ConnectionOptions} options the application's, one of which names a connection
 * @param {Seeker} seeker is told at once if there is nothing to wait for
 * @returns {Stop | void}
 * @throws {TypeError} for a value that is not a connection
 */
function seekTarget(options, seeker) {
  const given = /** @type {Record<string, unknown>} */ (options)
  const strategy = Object.keys(STRATEGIES).find((name) => given[name])
  return STRATEGIES[String(strategy)](options, seeker)
}

/**
 * Looks for the target of the value of a promise.
 * @param {string} name of the option
 * @param {unknown} given
 * @param {Seeker} seeker
 * @param {(value: unknown, seeker: Seeker) => Stop | void} seek
 * @returns {Stop | void}
 */
function seekPromised(name, given, seeker, seek) {
  if (!isThenable(given)) {
    if (borrowed().connectionOf(given)) return seek(given, seeker)
    throw new TypeError(`The option ${name} must be a promise`)
  }
  // A promise that never settles keeps its listeners, which must not keep the store.
  /** @type {Seeker | undefined} */
  let waiting = seeker
  /** @type {Stop | void} */
  let stop
  seeker.waiting()
  Promise.resolve(given)
    .then((value) => {
      if (waiting) stop = seek(value, waiting)
    })
    .catch((error) => waiting?.failed(error))
  return () => {
    waiting = undefined
    stop?.()
  }
}

/** The module that reads the settings of the application's own objects. */
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

module.exports = { seekTarget }
