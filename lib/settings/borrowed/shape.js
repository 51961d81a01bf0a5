'use strict'

// Recognises a given object by its shape. The application's packages are not imported, and each generation of the
// driver has its own classes. The types name the parts that are read. Each generation has some of them.

const { callIfThere } = require('../../common/given.js')

/**
 * @typedef {object} Client
 * @property {(name?: string) => Db} db
 * @property {ClientOptions} [options] from version 4 on: complete before the client connects
 * @property {{url?: string, options?: DriverOptions, hasBeenClosed?: boolean}} [s] of version 3
 * @property {Topology} [topology]
 * @property {() => Promise<unknown>} connect
 * @property {() => Promise<unknown>} close
 * @property {(event: string, listener: () => void) => unknown} once
 */

/**
 * The options of a client from version 4 on.
 * @typedef {object} ClientOptions
 * @property {{socketPath?: string, toString(): string}[]} hosts
 * @property {string} [srvHost]
 * @property {string} [dbName]
 * @property {{username?: string, password?: string, source?: string, mechanism?: string}} [credentials]
 * @property {unknown} [checkServerIdentity]
 * @property {string[]} [compressors]
 * @property {object} [driverInfo] what mongoose says about itself
 * @property {number} [maxAdaptiveRetries]
 * @property {boolean} [rejectUnauthorized]
 * @property {boolean} [tls]
 * @property {string} [tlsCAFile]
 * @property {string} [tlsCertificateKeyFile]
 */

/**
 * The options of a client, a Db or a topology before version 4. Those without a type are only passed on.
 * @typedef {{
 *   [name: string]: unknown,
 *   auth?: Account,
 *   authMechanism?: string,
 *   authSource?: string,
 *   compression?: {compressors?: string[]},
 *   connectionTimeout?: number,
 *   credentials?: Account & {source?: string, mechanism?: string},
 *   dbName?: string,
 *   host?: string,
 *   password?: string,
 *   port?: number,
 *   readPreference?: string | ReadPreference,
 *   servers?: Server[],
 *   setName?: string,
 *   size?: number,
 *   socketTimeout?: number,
 *   user?: string,
 * }} DriverOptions
 */

/** @typedef {{host?: string, port?: number, domain_socket?: string}} Server */
/** @typedef {{user?: string, username?: string, password?: string}} Account */
/** @typedef {{mode?: string, preference?: string, tags?: object | object[]}} ReadPreference */

/**
 * @typedef {object} Db
 * @property {(name: string) => object} collection
 * @property {string} [databaseName]
 * @property {Client} [client]
 * @property {{client?: Client, topology?: Topology, options?: DriverOptions, readPreference?: string | ReadPreference, readConcern?: object}} [s]
 * @property {Topology} [serverConfig] before version 3
 * @property {DriverOptions} [options] before version 3
 * @property {object} [writeConcern] before version 3
 * @property {{username?: string, password?: string, authdb?: string}[]} [auths] of version 1
 * @property {(name: string) => Db} [db] before version 3
 * @property {(command: object, callback?: (error: unknown, reply: CommandReply) => void) => unknown} [command]
 * @property {() => Promise<unknown>} [close] before version 3
 */

/** @typedef {{ok: number, errmsg?: string, code?: number, codeName?: string}} CommandReply */

/**
 * What a client or a Db knows of its servers.
 * @typedef {object} Topology
 * @property {TopologyState} [s]
 * @property {DriverOptions} [options]
 * @property {string} [host]
 * @property {number} [port]
 * @property {Hello} [isMasterDoc]
 * @property {() => Hello | undefined} [lastIsMaster]
 * @property {() => boolean} [isConnected]
 * @property {(event: string, listener: () => void) => unknown} [once]
 */

/**
 * @typedef {object} TopologyState
 * @property {{servers?: Map<string, Hello>}} [description]
 * @property {DriverOptions} [options]
 * @property {DriverOptions} [clonedOptions]
 * @property {ServerState} [server]
 * @property {{s?: SetState}} [replset]
 * @property {{s?: SetState}} [mongos]
 * @property {unknown} [coreTopology]
 */

/** @typedef {{maxWireVersion?: number}} Hello */

/**
 * A server before version 3.
 * @typedef {{s?: {authProviders?: Providers, options?: DriverOptions, pool?: {authProviders?: Providers, options?: DriverOptions}}}} ServerState
 */

/** @typedef {Record<string, {authStore?: {username?: string, password?: string, db?: string}[]} | undefined>} Providers */

/**
 * A replica set or a list of routers before version 3.
 * @typedef {{
 *   seedlist?: (string | Server)[],
 *   seeds?: (string | Server)[],
 *   options?: DriverOptions,
 *   authenticationContexts?: [mechanism: string, source: string, username: string, password: string][],
 *   replicaSetState?: {primary?: ServerState},
 *   replState?: {primary?: ServerState},
 *   connectedProxies?: ServerState[],
 * } & ServerState['s']} SetState
 */

/**
 * A connection of mongoose.
 * @typedef {object} MongooseConnection
 * @property {number} readyState 1 when it is open
 * @property {Db} [db]
 * @property {string} [name] of the database
 * @property {Client} [client]
 * @property {() => Client | undefined} [getClient]
 * @property {string} [user]
 * @property {string} [pass]
 * @property {string} [$dbName] of the database, if it is not the one in the connection string
 * @property {PromiseLike<unknown>} [$initialConnection] rejects when the connection can't be opened
 * @property {(event: string | symbol, listener: (error?: unknown) => void) => unknown} [on]
 * @property {(event: string | symbol, listener: () => void) => unknown} [once]
 * @property {(event: string | symbol, listener: (error?: unknown) => void) => unknown} [removeListener]
 */

/**
 * The package itself.
 * @typedef {{connection: MongooseConnection, connections: MongooseConnection[]}} Mongoose
 */

/**
 * Returns an object that is a mongoose connection, or the default connection of a mongoose package. A connection also
 * has collections, and often a client, so it must be recognised first.
 * @param {unknown} given
 */
function connectionOf(given) {
  return isMongoose(given) ? given : mongooseOf(given)?.connection
}

/**
 * Returns an object if it is the mongoose package.
 * @param {unknown} given
 */
function mongooseOf(given) {
  const { connection, connections } = /** @type {Partial<Mongoose>} */ (given ?? {})
  return Array.isArray(connections) && isMongoose(connection) ? /** @type {Mongoose} */ (given) : undefined
}

/**
 * Whether an object is a connection of mongoose: it has a state.
 * @param {unknown} given
 * @returns {given is MongooseConnection}
 */
function isMongoose(given) {
  const connection = /** @type {{readyState?: unknown, db?: unknown} | null | undefined} */ (given)
  return typeof connection?.readyState === 'number' && typeof connection.db !== 'function'
}

/**
 * Whether an object is a database of any driver: it has collections. A stand-in in a test may have nothing else.
 * @param {unknown} given
 * @returns {given is Db}
 */
function isDb(given) {
  return typeof (/** @type {Partial<Db> | null | undefined} */ (given)?.collection) === 'function'
}

/**
 * Whether an object is a client: it has databases.
 * @param {unknown} given
 * @returns {given is Client}
 */
function isClient(given) {
  return typeof (/** @type {Partial<Client> | null | undefined} */ (given)?.db) === 'function' && !isDb(given)
}

/**
 * The client of a Db, from version 4 of the driver on.
 * @param {Db} db
 */
function clientOfDb(db) {
  return db.client ?? db.s?.client
}

/**
 * The client of a mongoose connection, from version 5 on. It is there before the connection is open.
 * @param {MongooseConnection} connection
 */
function clientOfMongoose(connection) {
  const client = callIfThere(connection, 'getClient') ?? connection.client
  return isClient(client) ? client : undefined
}

module.exports = { connectionOf, mongooseOf, isDb, isClient, clientOfDb, clientOfMongoose }
