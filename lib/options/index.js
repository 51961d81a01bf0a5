'use strict'

// Checks the options of every generation of connect-mongo, once. The rest of lib/ trusts what it gives.

const { createHash } = require('node:crypto')
const { strategyOf } = require('../settings/target.js')
const { transformFunctions } = require('../session/codec.js')
const { encryptionOf } = require('../encryption/encryption.js')
const { PARTS, fromParts, namesOf, partsIn } = require('./connection-parts.js')
const { checkKind, isGiven } = require('./kinds.js')
const { warnOfUnknown } = require('./spelling.js')
const { BESIDE_SECRET, OPTIONS } = require('./table.js')
const { warnOnce } = require('../common/warn.js')
const { writeConcernOf } = require('./write-concern.js')

/** @import { WriteConcern } from '../common/native.js' */
/** @import { KrupteinOptions } from '../encryption/adapters.js' */
/** @import { Encryption } from '../encryption/encryption.js' */
/** @import { Hooks } from '../session/codec.js' */
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
 * @property {((sid: string) => unknown) | undefined} transformId gives the `_id` of a session, or a promise of it
 * @property {Readonly<Encryption> | null} encryption
 * @property {WriteConcern | undefined} writeConcern of the store's writes; undefined for the connection's
 */

/**
 * What differs between the two styles of connect-mongo, of `styles.js`.
 * @typedef {object} Style
 * @property {'modern' | 'factory'} name
 * @property {boolean} baseIsGiven whether the application passes the class to derive from
 * @property {null | undefined} missing what `get` gives for a session that is not there
 * @property {boolean} promiseBesideCallback whether a method gives a promise even if it has a callback
 * @property {boolean} states whether the store has a state, with an event for each change
 * @property {boolean} emitsMisses whether `get` also emits its event for a session that is not there
 * @property {boolean} touchMustFind whether touching a session that is gone is an error
 * @property {boolean} valuesOfWrites whether `destroy` and `clear` give a value besides the error
 */

const TWO_WEEKS = 14 * 24 * 60 * 60 // s
/** The longest interval that a timer takes. */
const LONGEST_INTERVAL = 71582 // min
/** @type {AutoRemove[]} */
const AUTO_REMOVE = ['native', 'interval', 'disabled']

/**
 * Whether a store belongs to Sails, which gives it the settings of the whole session: `secret` signs cookies there, and
 * many options are not the store's.
 * @param {Options} options
 */
const isSailsSession = ({ adapter }) => isGiven(adapter)

/**
 * Whether a value given to the export is a store's options, and not a package with sessions.
 * @param {unknown} value
 */
function looksLikeOptions(value) {
  return typeof value === 'object' && value !== null && Object.keys(value).some((key) => key in OPTIONS)
}

/**
 * Checks a store's options.
 * @param {unknown} given the application's
 * @param {Style} style
 * @returns {{options: Options, settings: Readonly<Settings>, hooks: Hooks}} `options` is the store's public property
 * @throws {Error} connect-mongo's own where it has one; otherwise a TypeError that names the option
 */
function readOptions(given, style) {
  const asGiven = /** @type {Options} */ (given ?? {})
  const options = connectable(style.states ? asGiven : modernOptions(given), style)
  if (!style.states) refuseMisused(options)
  checkKinds(options)
  if (!isSailsSession(options)) {
    const known = [...namesOf(OPTIONS), ...namesOf(PARTS), ...(options.secret ? BESIDE_SECRET : [])]
    warnOfUnknown(Object.keys(options), known)
  }
  const encryption = encryptionOf(isSailsSession(options) ? { ...asGiven, secret: undefined } : asGiven)
  const { idsOf } = encryption ?? {}
  const { serialize, unserialize, stringify } = options
  return {
    options: encryption ? withoutSecrets(options, encryption) : options,
    hooks: transformFunctions({ serialize, unserialize, stringify }),
    settings: Object.freeze({
      collectionName: options.collectionName ?? (options.collection || 'sessions'),
      ttl: ttlOf(options, style),
      touchAfter: Math.max(0, Number(options.touchAfter ?? 0)),
      autoRemove: autoRemoveOf(options),
      // 0 would remove without a pause.
      autoRemoveInterval: Number(options.autoRemoveInterval ?? 10) || 10,
      timestamps: options.timestamps === true,
      transformId: idsOf ? (/** @type {string} */ sid) => idsOf(sid)[0] : options.transformId || hashOf(options.hash),
      encryption,
      writeConcern: writeConcernOf(options.writeOperationOptions),
    }),
  }
}

/**
 * The options that a store shows. Secrets are not printed with them, and the one of connect-mongo 3 is not kept at all.
 * @param {Options} options
 * @param {Encryption} encryption
 * @returns {Options}
 */
function withoutSecrets({ secret: _, ...options }, { publicAdapter }) {
  /** @type {Options} */
  const shown = options
  if (shown.crypto) {
    const { secret, ...others } = shown.crypto
    const hidden = Object.defineProperty(others, 'secret', { value: secret, enumerable: false })
    shown.crypto = /** @type {KrupteinOptions} */ (hidden)
  }
  if (shown.encryption) {
    const keys = shown.encryption.keys.map(({ id }) => ({ id }))
    shown.encryption = /** @type {Options['encryption']} */ ({ ...shown.encryption, keys })
  }
  return publicAdapter ? { ...shown, cryptoAdapter: publicAdapter } : shown
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
  if (typeof given !== 'object')
    throw new TypeError(`The options of MongoStore must be an object, not a ${typeof given}`)
  const {
    collectionName = /** @type {Options} */ (given).collection || 'sessions',
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
 * The options in which a connection stands where that of today's options does, whatever generation it was written for.
 * @param {Options} given
 * @param {Style} style
 * @returns {Options}
 * @throws {Error} when no option names a connection
 */
function connectable(given, style) {
  const { advancedOptions, mongoOptions } = given
  const takesAdvanced = isGiven(advancedOptions) && Object.keys(mongoOptions ?? {}).length === 0
  const options = takesAdvanced ? { ...given, mongoOptions: advancedOptions } : given
  const strategy = strategyOf(options)
  const parts = partsIn(options)
  if (strategy) {
    if (parts.length > 0)
      warnOnce(`The options ${parts.join(', ')} have no effect beside ${strategy}`, 'MONGO_STORE_OPTION')
    return options
  }
  if (parts.length > 0 || typeof options.db === 'string') {
    if (style.states) return fromParts(options)
    const names = [...parts, ...(options.db ? ['db'] : [])]
    throw new Error(
      `${names.length > 1 ? 'The options' : 'The option'} ${names.join(', ')} cannot make a connection: give mongoUrl, such as mongodb://user:password@host:27017/database`,
    )
  }
  if (style.states) throw new Error('Connection strategy not found')
  // Version 5 began with the first sentence, version 6 has the second: applications' tests look for either.
  throw assertionError(
    'Cannot init client. Please provide correct options: You must provide either mongoUrl|clientPromise|client in options',
  )
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
    const kind = OPTIONS[name]
    const value = options[name]
    // The factory's default counts for an empty name, as in connect-mongo 1 to 3.
    if (name === 'collection' && value === '') continue
    if (kind === 'function' && !value) continue
    checkKind(name, kind, value, (wrong) => `, not ${describe(wrong)}`)
  }
  const interval = Number(options.autoRemoveInterval)
  if (interval < 0) throw new TypeError('The option autoRemoveInterval must be at least 0 minutes')
  if (interval > LONGEST_INTERVAL) {
    throw new TypeError(`The option autoRemoveInterval must be at most ${LONGEST_INTERVAL} minutes`)
  }
}

/**
 * What a message may tell of a value: never its content, which may be a secret.
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
    `The option autoRemove is none of ${AUTO_REMOVE.join(', ')}: expired sessions are not removed`,
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
  return (/** @type {string} */ sid) =>
    createHash(algorithm)
      .update(salt + sid)
      .digest('hex')
}

module.exports = { readOptions, looksLikeOptions }
