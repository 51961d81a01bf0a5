'use strict'

// Decides from the options of a store how its sessions are encrypted: what the addon does by itself, what an adapter in
// JavaScript does, and under which ids sessions are stored. No message here quotes a secret.

const { NativeCipher } = require('./cipher.js')
const { createKrupteinAdapter, formatOf } = require('./adapters.js')
const bson = require('../common/bson.js')
const { cryptoError } = require('../common/errors.js')
const { Promise } = require('../common/promises.js')
const { settingsOf } = require('./formats.js')
const { keysFormat, secretFormat } = require('./secrets.js')
const { warnOnce } = require('../common/warn.js')

/** @import { CryptoAdapter, KrupteinOptions } from './adapters.js' */
/** @import { KeyOptions } from './secrets.js' */
/** @import { CipherSettings, NativeCipher as Cipher, Value } from '../common/native.js' */
/** @import { Awaitable } from '../common/promises.js' */

/**
 * The encryption options of a store. Those from `algorithm` on belong to `secret`, as in connect-mongo 3.
 * @typedef {object} EncryptionOptions
 * @property {KrupteinOptions | null} [crypto]
 * @property {CryptoAdapter | null} [cryptoAdapter]
 * @property {unknown} [secret]
 * @property {KeyOptions | null} [encryption]
 * @property {string} [onDecryptError]
 * @property {string} [algorithm]
 * @property {string} [hashing]
 * @property {string} [encodeas]
 * @property {number} [iv_size]
 * @property {number} [key_size]
 * @property {number} [at_size]
 */

/**
 * The other options of a store that matter for encryption.
 * @typedef {{serialize?: unknown, unserialize?: unknown, transformId?: unknown, hash?: unknown, onConflict?: unknown}} Hooks
 */

/**
 * How the sessions of a store are encrypted, for the codec, the connection and the store.
 * @typedef {object} Encryption
 * @property {Cipher | null} native the addon's cipher; null if an adapter in JavaScript does everything
 * @property {CryptoAdapter | null} adapter an adapter in JavaScript, which encrypts unless `encryption` does
 * @property {'native' | 'text' | 'adapter'} writer who encrypts: the addon (any value), the addon (only text and JSON),
 *   or the adapter
 * @property {CryptoAdapter | null} publicAdapter the adapter that the store shows
 * @property {boolean} custom whether the application has its own hooks
 * @property {boolean} forgets whether a session that can't be decrypted counts as none
 * @property {((sid: string) => string[]) | undefined} idsOf returns the ids under which a session may be stored, the
 *   one for writing first; undefined if ids are not hashed
 * @property {boolean} movesIds whether a session may be stored under an older id than the one for writing
 */

/** The prefix of a hashed id, as in `src/crypto/envelope.rs`. */
const HASHED = 'cmnid1.'
const POLICIES = ['error', 'new-session']

/**
 * The encryption that the options of a store request; null for none.
 * @param {EncryptionOptions & Hooks} given the application's options, before defaults are filled in
 * @returns {Readonly<Encryption> | null}
 * @throws {Error} connect-mongo's own, or one that names the option
 */
function encryptionOf(given) {
  const { crypto, cryptoAdapter, secret, encryption, onDecryptError = 'error' } = given
  if (crypto !== undefined && cryptoAdapter !== undefined) {
    throw new Error('Provide either the legacy crypto option or cryptoAdapter, not both')
  }
  if (!POLICIES.includes(onDecryptError))
    throw new TypeError(`The option onDecryptError must be one of ${POLICIES.join(', ')}`)
  const adapter = adapterOf(crypto, cryptoAdapter)
  if (!adapter && !secret && !encryption) return null
  const format = adapter && formatOf(adapter)
  const foreign = Boolean(adapter) && !format
  if (foreign && secret)
    throw new TypeError('The option secret can be combined with crypto, but not with an adapter in JavaScript')
  const custom = Boolean(given.serialize || given.unserialize)
  /** @type {CipherSettings} */
  const settings = {
    ...settingsOf(format?.web ? { web: { ...format.web, parses: custom } } : format),
    ...(secret ? { secret: secretFormat(given) } : {}),
    ...(encryption && keysFormat(encryption, given)),
    foreign,
    forgets: onDecryptError === 'new-session',
    keepsRecords: Boolean(given.onConflict),
  }
  // If there is only an adapter in JavaScript, the addon has nothing to encrypt.
  const native = foreign && !encryption ? null : new NativeCipher(settings)
  const fromBefore = Boolean(adapter || secret || settings.readsPlain)
  return Object.freeze({
    native,
    adapter: foreign && adapter ? adapter : null,
    writer: encryption ? 'native' : foreign ? 'adapter' : 'text',
    publicAdapter: adapter ?? null,
    custom,
    forgets: settings.forgets,
    idsOf: encryption?.hashIds && native ? idsOf(native, fromBefore) : undefined,
    movesIds: Boolean(encryption?.hashIds) && (fromBefore || Number(encryption?.keys.length) > 1),
  })
}

/**
 * The adapter that the options name; undefined for none.
 * @param {KrupteinOptions | null | undefined} crypto
 * @param {CryptoAdapter | null | undefined} cryptoAdapter
 */
function adapterOf(crypto, cryptoAdapter) {
  if (cryptoAdapter !== undefined && cryptoAdapter !== null) {
    if (typeof cryptoAdapter.encrypt !== 'function' || typeof cryptoAdapter.decrypt !== 'function') {
      throw new TypeError('The option cryptoAdapter must have the functions encrypt and decrypt')
    }
    return cryptoAdapter
  }
  if (crypto === undefined || crypto === null || crypto.secret === false) return undefined
  // An unset environment variable looks like this.
  if ('secret' in crypto && crypto.secret === undefined)
    throw new Error('createKrupteinAdapter requires a non-empty secret: crypto.secret is undefined')
  const adapter = createKrupteinAdapter(crypto)
  if (!isComplex(crypto.secret)) {
    warnOnce(
      'crypto.secret: The supplied secret failed to meet complexity requirements! Newer releases of kruptein refuse it.',
      'MONGO_STORE_SECRET',
    )
  }
  return adapter
}

/**
 * Whether a secret has what kruptein requires since release 3.1.1.
 * @param {unknown} secret
 */
function isComplex(secret) {
  // Not every object can be converted to text.
  const text = typeof secret === 'string' || Buffer.isBuffer(secret) ? String(secret) : ''
  /** @param {RegExp} pattern */
  const count = (pattern) => (text.match(pattern) ?? []).length
  return (
    text.length >= 8 &&
    count(/[A-Z]/g) >= 2 &&
    count(/[a-z]/g) >= 2 &&
    count(/[0-9]/g) >= 2 &&
    count(/[!@#$%^&*()_+\-=[\]{};':"\\|,.<>/?]/g) >= 2
  )
}

/**
 * Makes a function that returns the ids under which a session may be stored, the one for writing first.
 * @param {Cipher} native
 * @param {boolean} fromBefore whether there may be sessions whose ids are not hashed
 * @returns {(sid: string) => string[]}
 */
function idsOf(native, fromBefore) {
  return (sid) => {
    const ids = native.hashIds(sid)
    // An id from a leaked database must not open a session.
    return fromBefore && !sid.startsWith(HASHED) ? [...ids, sid] : ids
  }
}

/**
 * What the addon gets for a serialised session, or a promise of it.
 * @param {Encryption} encryption
 * @param {unknown} stored
 * @returns {Awaitable<Value>}
 */
function encrypt({ writer, adapter }, stored) {
  if (writer === 'native') return typeof stored === 'string' ? stored : bson.encode({ session: stored })
  if (writer === 'text' || !adapter) return typeof stored === 'string' ? stored : bson.encode({ json: toJson(stored) })
  return Promise.resolve(adapter.encrypt(typeof stored === 'string' ? stored : toJson(stored))).then((record) => {
    if (typeof record === 'string') return record
    throw new TypeError(`cryptoAdapter.encrypt must return a string, not a ${typeof record}`)
  })
}

/**
 * @param {unknown} stored
 * @returns {string}
 */
function toJson(stored) {
  return JSON.stringify(stored) ?? 'null'
}

/**
 * The serialised session from what the addon returns, or a promise of it. {@link FORGOTTEN} for a session that counts
 * as none.
 * @param {Encryption} encryption
 * @param {Value | undefined} value
 * @returns {unknown}
 */
function decrypt(encryption, value) {
  const { native, custom } = encryption
  if (native === null) return typeof value === 'string' ? decryptForeign(encryption, value) : refuse(encryption)
  if (typeof value === 'string') return value
  if (value === undefined) return refuse(encryption)
  const { session, json, stored } = bson.decode(value)
  if (stored !== undefined) return decryptForeign(encryption, String(stored))
  return json === undefined ? session : parse(String(json), custom)
}

/**
 * @param {Encryption} encryption
 * @param {string} record
 * @returns {Promise<unknown>}
 */
function decryptForeign(encryption, record) {
  return Promise.resolve()
    .then(() => encryption.adapter?.decrypt(record))
    .then(
      (text) => parse(String(text), encryption.custom),
      (error) => refuse(encryption, error),
    )
}

/**
 * Throws the error of a session that could not be decrypted, unless such a session counts as none.
 * @param {Encryption} encryption
 * @param {unknown} [error]
 */
function refuse({ forgets }, error = cryptoError('Unable to parse ciphertext object!')) {
  if (forgets) return FORGOTTEN
  throw typeof error === 'string' ? cryptoError(error) : error
}

/** Stands for a session that counts as none, because it could not be decrypted. */
const FORGOTTEN = Symbol('forgotten')

/**
 * Reads text as connect-mongo 6 does. A store with hooks gets the value of JSON text, and a store without hooks accepts
 * either.
 * @param {string} text
 * @param {boolean} custom whether the store has hooks
 * @returns {unknown}
 */
function parse(text, custom) {
  let parsed
  try {
    parsed = JSON.parse(text)
  } catch {
    return text
  }
  return custom || typeof parsed === 'string' || typeof parsed === 'object' ? parsed : text
}

module.exports = { encryptionOf, encrypt, decrypt, FORGOTTEN }
