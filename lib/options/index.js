'use strict'

// The options of every generation of connect-mongo, checked once. What leaves here is trusted everywhere else.

const { AssertionError } = require('node:assert')
const { createHash } = require('node:crypto')
const { strategyOf } = require('../settings/target.js')
const { transformFunctions } = require('../session/codec.js')
const { encryptionOf } = require('../encryption/encryption.js')
const { HOST_FORM, fromHostForm, isHostForm } = require('./connection-parts.js')
const { warnOnce } = require('../common/warn.js')

const TWO_WEEKS = 14 * 24 * 60 * 60
/** The longest interval that a timer takes, in minutes. */
const LONGEST_INTERVAL = 71582
const AUTO_REMOVE = ['native', 'interval', 'disabled']

/** What each option may be; `null` and `undefined` mean that it is not given. */
const KINDS = {
  string: ['a string', (value) => typeof value === 'string'],
  name: ['a non-empty string', (value) => typeof value === 'string' && value !== '' && !value.includes('\0')],
  boolean: ['true or false', (value) => typeof value === 'boolean'],
  function: ['a function', (value) => typeof value === 'function'],
  object: ['an object', (value) => typeof value === 'object' || typeof value === 'function'],
  // Numbers as text work in connect-mongo, too, and come from environment variables.
  number: [
    'a finite number',
    (value) => ['number', 'string'].includes(typeof value) && value !== '' && Number.isFinite(Number(value)),
  ],
  any: ['anything', () => true],
}

/** Every option that has a meaning here, and its kind. */
const OPTIONS = {
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
}

/** Options beside `secret`, as in connect-mongo 3, which no other store has. */
const BESIDE_SECRET = ['algorithm', 'hashing', 'encodeas', 'iv_size', 'at_size', 'key_size']

const isGiven = (value) => value !== undefined && value !== null

/** Sails gives its store the settings of the whole session, where `secret` signs cookies and much is not the store's. */
const isSailsSession = ({ adapter }) => isGiven(adapter)

/**
 * Whether a value given to the export is a store's options, and not something that has sessions.
 * @param {*} value
 */
function looksLikeOptions(value) {
  return typeof value === 'object' && value !== null && Object.keys(value).some((key) => key in OPTIONS)
}

/**
 * Checks a store's options.
 * @param {object} given the application's
 * @param {object} style of `styles.js`
 * @returns {{options: object, settings: object, hooks: object}} `options` is the store's public property
 * @throws {Error} connect-mongo's own where it has one; otherwise a TypeError that names the option
 */
function readOptions(given, style) {
  const options = connectable(style.states ? (given ?? {}) : modernOptions(given), style)
  if (!style.states) refuseMisused(options)
  checkKinds(options)
  warnOfUnknown(options)
  const encryption = encryptionOf(isSailsSession(options) ? { ...given, secret: undefined } : given)
  return {
    options: encryption ? withoutSecrets(options, encryption) : options,
    hooks: transformFunctions(options),
    settings: Object.freeze({
      collectionName: options.collectionName ?? (options.collection || 'sessions'),
      ttl: ttlOf(options, style),
      touchAfter: Math.max(0, Number(options.touchAfter ?? 0)),
      autoRemove: autoRemoveOf(options),
      // 0 would remove without a pause.
      autoRemoveInterval: Number(options.autoRemoveInterval ?? 10) || 10,
      timestamps: options.timestamps === true,
      transformId: encryption?.idsOf ? (sid) => encryption.idsOf(sid)[0] : options.transformId || hashOf(options.hash),
      encryption,
      writeConcern: writeConcernOf(options.writeOperationOptions),
    }),
  }
}

/** What a store shows as its options: a secret is not printed with them, and one of connect-mongo 3 is not kept at all. */
function withoutSecrets({ secret: _, ...options }, { publicAdapter }) {
  if (options.crypto) {
    const { secret, ...others } = options.crypto
    options.crypto = Object.defineProperty(others, 'secret', { value: secret, enumerable: false })
  }
  if (options.encryption) {
    options.encryption = { ...options.encryption, keys: options.encryption.keys.map(({ id }) => ({ id })) }
  }
  return publicAdapter ? { ...options, cryptoAdapter: publicAdapter } : options
}

/** The options with connect-mongo 6's defaults in them. */
function modernOptions(given) {
  if (!isGiven(given)) {
    throw new TypeError(
      `Cannot read properties of ${given} (reading 'collectionName'): MongoStore needs an options object`,
    )
  }
  if (typeof given !== 'object')
    throw new TypeError(`The options of MongoStore must be an object, not a ${typeof given}`)
  const {
    collectionName = given.collection || 'sessions',
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
  } = given
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

/** The options with what they say of the connection in its own place, whatever the generation of that. */
function connectable(given, style) {
  const { advancedOptions, mongoOptions } = given
  const options =
    isGiven(advancedOptions) && !Object.keys(mongoOptions ?? {}).length
      ? { ...given, mongoOptions: advancedOptions }
      : given
  const hostForm = HOST_FORM.filter((name) => isGiven(options[name]))
  if (strategyOf(options)) {
    if (hostForm.length > 0)
      warnOnce(`The options ${hostForm.join(', ')} have no effect beside ${strategyOf(options)}`, 'MONGO_STORE_OPTION')
    return options
  }
  if (isHostForm(options)) {
    if (style.states) return fromHostForm(options)
    const names = [...hostForm, ...(options.db ? ['db'] : [])]
    throw new Error(
      `${names.length > 1 ? 'The options' : 'The option'} ${names.join(', ')} cannot make a connection: give mongoUrl, such as mongodb://user:password@host:27017/database`,
    )
  }
  if (style.states) throw new Error('Connection strategy not found')
  // Version 5 began with the first sentence, version 6 has the second: applications' tests look for either.
  throw new AssertionError({
    message:
      'Cannot init client. Please provide correct options: You must provide either mongoUrl|clientPromise|client in options',
  })
}

function refuseMisused({ createAutoRemoveIdx, autoRemoveInterval }) {
  if (isGiven(createAutoRemoveIdx)) {
    throw new AssertionError({
      message: 'options.createAutoRemoveIdx has been reverted to autoRemove and autoRemoveInterval',
    })
  }
  if (autoRemoveInterval > LONGEST_INTERVAL) {
    throw new AssertionError({
      message: 'autoRemoveInterval is too large. options.autoRemoveInterval is in minutes but not seconds nor mills',
    })
  }
}

function checkKinds(options) {
  for (const [name, kind] of Object.entries(OPTIONS)) {
    const value = options[name]
    // The factory's default counts for an empty name, as in connect-mongo 1 to 3.
    if (name === 'collection' && value === '') continue
    if (kind === 'function' && !value) continue
    const [wanted, fits] = KINDS[kind]
    if (isGiven(value) && !fits(value))
      throw new TypeError(`The option ${name} must be ${wanted}, not ${describe(value)}`)
  }
  if (options.autoRemoveInterval < 0) throw new TypeError('The option autoRemoveInterval must be at least 0 minutes')
  if (options.autoRemoveInterval > LONGEST_INTERVAL) {
    throw new TypeError(`The option autoRemoveInterval must be at most ${LONGEST_INTERVAL} minutes`)
  }
}

/** Of a value, what may stand in a message: never its content, which may be a secret. */
function describe(value) {
  if (typeof value === 'number') return String(value)
  if (value === '') return 'an empty string'
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`
}

const KNOWN = new Set([...Object.keys(OPTIONS), ...HOST_FORM])

function warnOfUnknown(options) {
  if (isSailsSession(options)) return
  for (const name of Object.keys(options)) {
    if (KNOWN.has(name) || (options.secret && BESIDE_SECRET.includes(name))) continue
    const near = [...KNOWN].find((known) => isNear(name, known))
    const hint = near ? `: did you mean "${near}"?` : ' and has no effect'
    warnOnce(`The option "${name}" is unknown${hint}`, 'MONGO_STORE_OPTION')
  }
}

/** Whether one name may be a misspelling of the other: alike but for case and signs, or two letters apart. */
function isNear(name, known) {
  const bare = (text) => text.replace(/[^a-z]/gi, '').toLowerCase()
  return distance(bare(name), bare(known)) <= (known.length > 5 ? 2 : 1)
}

/** The number of letters to insert, remove or replace to get from one word to the other (Levenshtein). */
function distance(one, other) {
  let row = Array.from({ length: other.length + 1 }, (_, column) => column)
  for (let line = 1; line <= one.length; line++) {
    const next = [line]
    for (let column = 1; column <= other.length; column++) {
      const replaced = row[column - 1] + (one[line - 1] === other[column - 1] ? 0 : 1)
      next[column] = Math.min(replaced, row[column] + 1, next[column - 1] + 1)
    }
    row = next
  }
  return row[other.length]
}

function ttlOf({ ttl, defaultExpirationTime }, style) {
  if (style.states) {
    if (isGiven(defaultExpirationTime)) {
      warnOnce('defaultExpirationTime option is deprecated. Use ttl instead', 'MONGO_STORE_OPTION')
      return Number(defaultExpirationTime) / 1000
    }
    return Number(ttl) || TWO_WEEKS
  }
  return ttl === undefined ? TWO_WEEKS : Number(ttl)
}

function autoRemoveOf({ autoRemove }) {
  const mode = autoRemove || 'native'
  if (AUTO_REMOVE.includes(mode)) return mode
  warnOnce(
    `The option autoRemove is none of ${AUTO_REMOVE.join(', ')}: expired sessions are not removed`,
    'MONGO_STORE_OPTION',
  )
  return 'disabled'
}

/** The `hash` option of connect-mongo 0.x as a `transformId`. */
function hashOf(hash) {
  if (!hash) return undefined
  const { salt = 'connect-mongo', algorithm = 'sha1' } = hash
  return (sid) =>
    createHash(algorithm)
      .update(salt + sid)
      .digest('hex')
}

/** A write concern in the addon's terms; undefined leaves the connection's. */
function writeConcernOf(given) {
  if (!isGiven(given)) return undefined
  const { w, j, journal = j, wtimeout, wtimeoutMS = wtimeout, ...others } = given.writeConcern ?? given
  const unknown = Object.keys(others)
  if (unknown.length > 0) {
    warnOnce(`writeOperationOptions: ${unknown.join(', ')} has no effect; w, j and wtimeout have`, 'MONGO_STORE_OPTION')
  }
  const wrong = (name, wanted) => new TypeError(`The option writeOperationOptions.${name} must be ${wanted}`)
  if (isGiven(w) && typeof w !== 'string' && !(Number.isInteger(w) && w >= 0))
    throw wrong('w', 'a number of nodes or a string')
  if (isGiven(journal) && typeof journal !== 'boolean') throw wrong('j', 'true or false')
  if (isGiven(wtimeoutMS) && !(Number.isInteger(wtimeoutMS) && wtimeoutMS >= 0))
    throw wrong('wtimeout', 'a whole number of milliseconds')
  const concern = {}
  if (isGiven(w)) concern.w = String(w)
  if (isGiven(journal)) concern.journal = journal
  if (isGiven(wtimeoutMS)) concern.wtimeoutMs = wtimeoutMS
  return Object.keys(concern).length > 0 ? concern : undefined
}

module.exports = { readOptions, looksLikeOptions }
