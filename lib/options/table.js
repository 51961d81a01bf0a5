'use strict'

// Every option of a store, by its kind.

/** @import { ConnectionOptions } from '../settings/target.js' */
/** @import { EncryptionOptions } from '../encryption/encryption.js' */
/** @import { KindName } from './kinds.js' */
/** @import { Parts } from './connection-parts.js' */

/**
 * The options that name a connection, or may stand beside one. The README describes each of them.
 * @typedef {object} StoreOptions
 * @property {Record<string, unknown>} [advancedOptions]
 * @property {string} [collectionName]
 * @property {string} [collection]
 * @property {number | string} [ttl] in seconds
 * @property {number | string} [defaultExpirationTime] in milliseconds
 * @property {number | string} [touchAfter] in seconds
 * @property {string} [autoRemove]
 * @property {number | string} [autoRemoveInterval] in minutes
 * @property {unknown} [createAutoRemoveIdx]
 * @property {unknown} [stringify]
 * @property {(session: object) => unknown} [serialize]
 * @property {(stored: unknown) => unknown} [unserialize]
 * @property {(sid: string) => unknown} [transformId]
 * @property {unknown} [hash]
 * @property {boolean} [timestamps]
 * @property {WriteOperationOptions} [writeOperationOptions]
 * @property {unknown} [fallbackMemory]
 * @property {unknown} [adapter] of Sails, which gives a store the settings of the whole session
 */

/** @typedef {Record<string, unknown> & {writeConcern?: Record<string, unknown>}} WriteOperationOptions */

/** @typedef {StoreOptions & ConnectionOptions & EncryptionOptions & Parts} Options */

/**
 * The kind of each option that has a meaning here, besides the parts of a connection.
 * @satisfies {Record<string, KindName>}
 */
const OPTIONS = /** @type {const} */ ({
  mongoUrl: 'string',
  url: 'string',
  mongoOptions: 'object',
  advancedOptions: 'object',
  dbName: 'string',
  client: 'object',
  clientPromise: 'object',
  mongooseConnection: 'object',
  mongoose_connection: 'object',
  db: 'object',
  dbPromise: 'object',
  collectionName: 'name',
  collection: 'name',
  ttl: 'number',
  defaultExpirationTime: 'number',
  touchAfter: 'number',
  autoRemove: 'string',
  autoRemoveInterval: 'number',
  createAutoRemoveIdx: 'any',
  stringify: 'any',
  serialize: 'function',
  unserialize: 'function',
  transformId: 'function',
  hash: 'any',
  crypto: 'object',
  cryptoAdapter: 'object',
  secret: 'any',
  encryption: 'object',
  onDecryptError: 'string',
  timestamps: 'boolean',
  writeOperationOptions: 'object',
  fallbackMemory: 'any',
})

/** The options beside `secret`, as in connect-mongo 3. No other store has them. */
const BESIDE_SECRET = ['algorithm', 'hashing', 'encodeas', 'iv_size', 'at_size', 'key_size']

module.exports = { BESIDE_SECRET, OPTIONS }
