'use strict'

// Every option of a store: its kind, and the style of connect-mongo that it belongs to.

/** @import { ConnectionOptions } from '../settings/target.js' */
/** @import { EncryptionOptions } from '../encryption/encryption.js' */
/** @import { OnConflict } from '../session/conflict.js' */
/** @import { KindName } from './kinds.js' */
/** @import { Parts } from './connection-parts.js' */

/**
 * The options of a store, except those of its connection and its encryption. docs/options.md describes each of them.
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
 * @property {boolean} [saveDestroyed]
 * @property {OnConflict} [onConflict]
 * @property {WriteOperationOptions} [writeOperationOptions]
 * @property {unknown} [fallbackMemory]
 * @property {unknown} [adapter] of Sails, which passes the settings of the whole session
 */

/** @typedef {Record<string, unknown> & {writeConcern?: Record<string, unknown>}} WriteOperationOptions */

/** @typedef {StoreOptions & ConnectionOptions & EncryptionOptions & Parts} Options */

/** @typedef {'modern' | 'factory'} StyleName */

/**
 * Every option, except the parts of a connection: the kind of its value, the style that it belongs to if the releases
 * of the other style don't have it, and what the other style has instead.
 * @satisfies {Record<string, [kind: KindName, owner?: StyleName, instead?: string]>}
 */
const OPTIONS = /** @type {const} */ ({
  mongoUrl: ['string', 'modern'],
  url: ['string', 'factory'],
  advancedOptions: ['object'], // before mongoOptions, in whose place it may stand
  mongoOptions: ['object'],
  dbName: ['string'],
  client: ['object'],
  clientPromise: ['object'],
  mongooseConnection: ['object', 'factory'],
  mongoose_connection: ['object', 'factory'],
  db: ['object', 'factory'],
  dbPromise: ['object', 'factory'],
  collectionName: ['name', 'modern', 'collection'],
  collection: ['name', 'factory', 'collectionName'],
  ttl: ['number'],
  defaultExpirationTime: ['number', 'factory', 'ttl, in seconds'],
  touchAfter: ['number'],
  autoRemove: ['string'],
  autoRemoveInterval: ['number'],
  createAutoRemoveIdx: ['any', 'modern', 'autoRemove'],
  stringify: ['any'],
  serialize: ['function'],
  unserialize: ['function'],
  transformId: ['function'],
  hash: ['any', 'factory', 'transformId'],
  crypto: ['object', 'modern', 'secret'],
  cryptoAdapter: ['object', 'modern', 'secret'],
  secret: ['any', 'factory', 'crypto: { secret }'],
  algorithm: ['any', 'factory', 'crypto: { algorithm }'],
  hashing: ['any', 'factory', 'crypto: { hashing }'],
  encodeas: ['any', 'factory', 'crypto: { encodeas }'],
  iv_size: ['any', 'factory', 'crypto'],
  at_size: ['any', 'factory', 'crypto'],
  key_size: ['any', 'factory', 'crypto'],
  encryption: ['object'],
  onDecryptError: ['string'],
  timestamps: ['boolean', 'modern'],
  saveDestroyed: ['boolean'],
  onConflict: ['conflict'],
  writeOperationOptions: ['object'],
  fallbackMemory: ['any', 'factory'],
})

/** The options that name a connection, by style. The first one that is given counts. */
const CONNECTIONS = {
  modern: [
    'mongoUrl',
    'clientPromise',
    'client',
    'url',
    'mongooseConnection',
    'mongoose_connection',
    'db',
    'dbPromise',
  ],
  factory: [
    'url',
    'mongooseConnection',
    'mongoose_connection',
    'client',
    'clientPromise',
    'db',
    'dbPromise',
    'mongoUrl',
  ],
}

/** The options of the formats that `encryption` replaces. Beside it, they only decrypt. */
const OLDER_FORMATS = [
  'crypto',
  'cryptoAdapter',
  'secret',
  'algorithm',
  'hashing',
  'encodeas',
  'iv_size',
  'at_size',
  'key_size',
]

module.exports = { CONNECTIONS, OLDER_FORMATS, OPTIONS }
