'use strict'

// Checks the options of every generation of connect-mongo, once. The rest of lib/ trusts the result.

const { createHash } = require('node:crypto')
const { transformFunctions } = require('../session/codec.js')
const { encryptionOf } = require('../encryption/encryption.js')
const { chooseConnection, looksLikeUrl } = require('./connection-choice.js')
const { PARTS, namesOf } = require('./connection-parts.js')
const { checkKind, isGiven } = require('./kinds.js')
const { warnOfUnknown } = require('./spelling.js')
const { ownOptions } = require('./owners.js')
const { shownOptions } = require('./shown.js')
const { OPTIONS } = require('./table.js')
const { warnOnce } = require('../common/warn.js')
const { writeConcernOf } = require('./write-concern.js')

/** @import { WriteConcern } from '../common/native.js' */
/** @import { Encryption } from '../encryption/encryption.js' */
/** @import { Hooks } from '../session/codec.js' */
/** @import { OnConflict } from '../session/conflict.js' */
/** @import { ConnectionOptions } from '../settings/target.js' */
/** @import { Options } from './table.js' */

/** @typedef {'native' | 'interval' | 'disabled'} AutoRemove */

/**
 * The settings of a store: its options, checked and with defaults.
 * @typedef {object} Settings
 * @property {string} collectionName
 * @property {number} ttl lifetime in seconds of a session whose cookie sets no `expires`
 * @property {number} touchAfter seconds in which an unchanged session is written at most once
 * @property {AutoRemove} autoRemove who removes expired sessions
 * @property {number} autoRemoveInterval minutes between two removals
 * @property {boolean} timestamps whether `createdAt` and `updatedAt` are kept
 * @property {boolean} saveDestroyed whether a save brings back a session that was destroyed after it was read
 * @property {OnConflict | undefined} onConflict what happens to a save of a session that was changed after it was read;
 *   undefined if it overwrites the change
 * @property {((sid: string) => string) | undefined} hashId returns the `_id` of a session, if ids are hashed
 * @property {Readonly<Encryption> | null} encryption
 * @property {WriteConcern | undefined} writeConcern of the store's writes; undefined for the connection's
 */

/**
 * The differences between the two styles of connect-mongo, from `styles.js`.
 * @typedef {object} Style
 * @property {'modern' | 'factory'} name
 * @property {boolean} baseIsGiven whether the application passes the class to derive from
 * @property {null | undefined} missing what `get` returns for a session that does not exist
 * @property {boolean} promiseBesideCallback whether a method also returns a promise if it has a callback
 * @property {boolean} states whether the store has a state, with an event for each change
 * @property {boolean} emitsMisses whether `get` also emits its event for a session that does not exist
 * @property {boolean} touchMustFind whether touching a session that is gone is an error
 * @property {boolean} valuesOfWrites whether `destroy` and `clear` pass a value besides the error
 */

const TWO_WEEKS = 14 * 24 * 60 * 60 // s
/** The longest interval that connect-mongo accepts. The limit of a timer is lower, see `LONGEST_TIMER`. */
const LONGEST_INTERVAL = 71582 // min
/** Options whose negative values would lose sessions, with their units. */
const AT_LEAST_0 = /** @type {const} */ ([
  ['ttl', 'seconds'],
  ['defaultExpirationTime', 'milliseconds'],
  ['autoRemoveInterval', 'minutes'],
])
/** @type {AutoRemove[]} */
const AUTO_REMOVE = ['native', 'interval', 'disabled']

/**
 * Whether a store belongs to Sails, which passes the settings of the whole session. There, `secret` signs cookies, and
 * many options do not belong to the store.
 * @param {Options} options
 */
const isSailsSession = ({ adapter }) => isGiven(adapter)

/**
 * Whether a value given to the export is an object of options, and not a session package.
 * @param {unknown} value
 */
function looksLikeOptions(value) {
  if (typeof value === 'string') return value.includes('://')
  if (typeof value !== 'object' || value === null) return false
  return Object.keys(value).some((key) => key in OPTIONS || looksLikeUrl(key))
}

/**
 * Checks a store's options.
 * @param {unknown} given the application's
 * @param {Style} style
 * @returns {{options: Options, connection: ConnectionOptions, settings: Readonly<Settings>, hooks: Hooks}} `options` is the
 *   store's public property
 * @throws {Error} connect-mongo's own where it has one; otherwise a TypeError that names the option
 */
function readOptions(given, style) {
  if (isGiven(given) && typeof given !== 'object') throw notOptions(given, style)
  const asGiven = /** @type {Options} */ (given ?? {})
  const { options: shown, connection } = chooseConnection(style.states ? asGiven : modernOptions(given), style.name)
  const isSails = isSailsSession(shown)
  const options = ownOptions(shown, style.name, isSails)
  checkKinds(options)
  if (!style.states) refuseMisused(options)
  checkRanges(options)
  if (!isSails) warnOfUnknown(Object.keys(shown), [...namesOf(OPTIONS), ...namesOf(PARTS)])
  const formats = ownOptions(asGiven, style.name, true)
  const encryption = encryptionOf(isSails ? { ...formats, secret: undefined } : formats)
  const { idsOf } = encryption ?? {}
  const { serialize, unserialize, stringify } = options
  return {
    options: shownOptions(shown, asGiven, encryption),
    connection,
    hooks: transformFunctions({ serialize, unserialize, stringify }),
    settings: Object.freeze({
      collectionName: (style.states ? options.collection : options.collectionName) || 'sessions',
      ttl: ttlOf(options, style),
      touchAfter: Math.max(0, Number(options.touchAfter ?? 0)),
      autoRemove: autoRemoveOf(options),
      // 0 would remove sessions without a pause.
      autoRemoveInterval: Number(options.autoRemoveInterval ?? 10) || 10,
      timestamps: options.timestamps === true,
      saveDestroyed: options.saveDestroyed === true,
      onConflict: options.onConflict ?? undefined,
      hashId: idsOf ? (/** @type {string} */ sid) => idsOf(sid)[0] : hashOf(options.hash),
      encryption,
      writeConcern: writeConcernOf(options.writeOperationOptions),
    }),
  }
}

/**
 * The options with the defaults of connect-mongo 6.
 * @param {unknown} given
 * @returns {Options}
 */
function modernOptions(given) {
  if (!isGiven(given)) {
    throw new TypeError(
      `Cannot read properties of ${given} (reading 'collectionName'): MongoStore needs an options object`,
    )
  }
  const {
    collectionName = 'sessions',
    ttl = TWO_WEEKS,
    mongoOptions = {},
    autoRemove = 'native',
    autoRemoveInterval = 10,
    touchAfter = 0,
    stringify = true,
    timestamps = false,
    crypto,
    cryptoAdapter,
    ...others
  } = /** @type {Options} */ (given)
  return {
    collectionName,
    ttl,
    mongoOptions,
    autoRemove,
    autoRemoveInterval,
    touchAfter,
    stringify,
    timestamps,
    crypto,
    cryptoAdapter: cryptoAdapter ?? null,
    ...others,
  }
}

/**
 * An error like those of connect-mongo's `assert`.
 * @param {string} message
 */
function assertionError(message) {
  // Loaded when something is wrong, not with every store.
  const { AssertionError } = require('node:assert')
  return new AssertionError({ message })
}

/**
 * @param {unknown} given
 * @param {Style} style
 */
function notOptions(given, { name }) {
  const isUrl = typeof given === 'string'
  if (name === 'factory') {
    const how = isUrl ? ': give the connection string as { url }' : ''
    return new Error(`Connection strategy not found: the options must be an object, not a ${typeof given}${how}`)
  }
  const how = isUrl ? ': give the connection string as { mongoUrl }' : ''
  return new TypeError(`The options of MongoStore must be an object, not a ${typeof given}${how}`)
}

/** @param {Options} options */
function refuseMisused({ createAutoRemoveIdx, autoRemoveInterval }) {
  if (isGiven(createAutoRemoveIdx)) {
    throw assertionError('options.createAutoRemoveIdx has been reverted to autoRemove and autoRemoveInterval')
  }
  if (Number(autoRemoveInterval) > LONGEST_INTERVAL) {
    throw assertionError(
      'autoRemoveInterval is too large. options.autoRemoveInterval is in minutes but not seconds nor mills',
    )
  }
}

/** @param {Options} options */
function checkKinds(options) {
  for (const name of namesOf(OPTIONS)) {
    const [kind] = OPTIONS[name]
    const value = options[name]
    // In the factory style, an empty name means the default, as in connect-mongo 1 to 3.
    if (name === 'collection' && value === '') continue
    if (kind === 'function' && !value) continue
    // A string is the name of a database, as in connect-mongo 0.x. There has been a warning about it.
    if (name === 'db' && typeof value === 'string') continue
    checkKind(name, kind, value, (wrong) => `, not ${describe(wrong)}`)
  }
}

/** @param {Options} options whose kinds have been checked */
function checkRanges(options) {
  for (const [name, unit] of AT_LEAST_0) {
    if (Number(options[name]) < 0) throw new TypeError(`The option ${name} must be at least 0 ${unit}`)
  }
  const interval = Number(options.autoRemoveInterval)
  if (interval > LONGEST_INTERVAL) {
    throw new TypeError(`The option autoRemoveInterval must be at most ${LONGEST_INTERVAL} minutes`)
  }
}

/**
 * Describes a value for a message, but never its content, which may be a secret.
 * @param {unknown} value
 */
function describe(value) {
  if (typeof value === 'number') return String(value)
  if (value === '') return 'an empty string'
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`
}

/**
 * @param {Options} options
 * @param {Style} style
 */
function ttlOf({ ttl, defaultExpirationTime }, style) {
  if (!style.states) return ttl === undefined ? TWO_WEEKS : Number(ttl)
  if (isGiven(defaultExpirationTime)) {
    warnOnce('defaultExpirationTime option is deprecated. Use ttl instead', 'MONGO_STORE_OPTION')
    return Number(defaultExpirationTime) / 1000
  }
  return Number(ttl) || TWO_WEEKS
}

/**
 * @param {Options} options
 * @returns {AutoRemove}
 */
function autoRemoveOf({ autoRemove }) {
  const known = AUTO_REMOVE.find((mode) => mode === (autoRemove || 'native'))
  if (known) return known
  warnOnce(
    `The option autoRemove must be one of ${AUTO_REMOVE.join(', ')}. Expired sessions are not removed`,
    'MONGO_STORE_OPTION',
  )
  return 'disabled'
}

/**
 * The option `hash` of connect-mongo 0.x as a `transformId`.
 * @param {unknown} hash
 */
function hashOf(hash) {
  if (!hash) return undefined
  const { salt = 'connect-mongo', algorithm = 'sha1' } = /** @type {{salt?: string, algorithm?: string}} */ (hash)
  if (!['string', 'number'].includes(typeof salt)) throw new TypeError('The option hash.salt must be a string')
  return (/** @type {string} */ sid) =>
    createHash(algorithm)
      .update(salt + sid)
      .digest('hex')
}

module.exports = { readOptions, looksLikeOptions }
