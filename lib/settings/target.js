'use strict'

// Finds out where a store's sessions are: by a connection string, or by what the application already has. Of a given
// client, Db or mongoose connection only the settings are read, and the store opens connections of its own with them.
// Where that is not possible, the target says why, and the store works through the given object itself.
//
// What reads either of the two is loaded with the first store that needs it: most of this package's files are for that.

const { Promise, isThenable } = require('../common/promises.js')
const { warnOnce } = require('../common/warn.js')

/** @import { Client, Db } from './borrowed/shape.js' */

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

/**
 * Who looks for a target. It is told each change of what is given, until the target is found.
 * @typedef {object} Seeker
 * @property {() => void} waiting the connection is opening, or may open
 * @property {(error: unknown) => void} failed the connection could not be opened; it may be tried again
 * @property {(target: Target) => void} found
 */

/**
 * Ends a search. Nothing of the seeker is kept, and nothing listened to.
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
 * @param {Seeker} seeker is told at once where nothing has to be waited for
 * @returns {Stop | void}
 * @throws {TypeError} for a connection that can't be one
 */
function seekTarget(options, seeker) {
  const given = /** @type {Record<string, unknown>} */ (options)
  const strategy = Object.keys(STRATEGIES).find((name) => given[name])
  return STRATEGIES[String(strategy)](options, seeker)
}

/**
 * Looks for the target of what a promise gives.
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
  // A promise that never settles keeps its listeners: they must not keep the store.
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

module.exports = { seekTarget }
