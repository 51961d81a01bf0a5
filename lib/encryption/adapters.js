'use strict'

// The adapters of connect-mongo 6: `createKrupteinAdapter` and `createWebCryptoAdapter`. An adapter whose format is
// native encrypts in the addon. A store with such an adapter does the same without calling its methods.

const { NativeCipher } = require('./cipher.js')
const { cryptoError, fromCipher } = require('../common/errors.js')
const {
  ALGORITHMS,
  BLOCK,
  HASHES,
  NONCES,
  TAG,
  isBytes,
  isEncoding,
  passwordFormat,
  settingsOf,
  toBytes,
} = require('./formats.js')

/** @import { NativeCipher as Cipher } from '../common/native.js' */
/** @import { Bytes, Format } from './formats.js' */

/**
 * Encrypts and decrypts the stored text of a session.
 * @typedef {object} CryptoAdapter
 * @property {(plaintext: string) => Promise<string>} encrypt
 * @property {(ciphertext: string) => Promise<string>} decrypt
 */

/**
 * Options of kruptein, as in connect-mongo 4 to 6.
 * @typedef {object} KrupteinOptions
 * @property {string | false} secret
 * @property {string} [algorithm]
 * @property {string} [hashing]
 * @property {string} [encodeas]
 * @property {string} [kruptein] the release whose form is written
 * @property {unknown} [use_scrypt]
 * @property {unknown} [use_argon2]
 * @property {number} [_key_size]
 * @property {number} [_at_size]
 * @property {number} [_iv_size]
 */

/**
 * @typedef {object} WebCryptoOptions
 * @property {Bytes} secret
 * @property {number} [ivLength] random bytes of a nonce
 * @property {string} [encoding] `base64`, `base64url` or `hex`
 * @property {string} [algorithm] `AES-GCM` or `AES-CBC`
 * @property {Bytes} [salt]
 * @property {number} [iterations] rounds of PBKDF2
 */

const KRUPTEIN_DEFAULTS = {
  secret: false,
  algorithm: 'aes-256-gcm',
  hashing: 'sha512',
  encodeas: 'base64',
  key_size: 32,
  iv_size: 16,
  at_size: 16,
}
/** The releases of kruptein whose form can be written. */
const RELEASES = ['3.0', '3.1', '3.3', '3.4']
const WEB_SALT = 'connect-mongo:webcrypto-default-salt'

/**
 * The formats of the native adapters, for a store that uses one.
 * @type {WeakMap<CryptoAdapter, Format>}
 */
const formats = new WeakMap()

/**
 * The format of a native adapter that was made here; undefined for any other adapter.
 * @param {CryptoAdapter} adapter
 */
const formatOf = (adapter) => formats.get(adapter)

/**
 * @param {Format} format
 * @returns {CryptoAdapter}
 */
function nativeAdapter(format) {
  /** @type {Cipher | undefined} */
  let cipher
  /**
   * @param {'encrypt' | 'decrypt'} method
   * @param {unknown} text
   */
  const call = async (method, text) => {
    cipher ??= new NativeCipher(settingsOf(format))
    const result = await cipher[method](String(text))
    if (typeof result !== 'string') throw fromCipher(result)
    return result
  }
  /** @type {CryptoAdapter} */
  const adapter = {
    encrypt: (plaintext) => call('encrypt', plaintext),
    decrypt: (ciphertext) => call('decrypt', ciphertext),
  }
  formats.set(adapter, format)
  return adapter
}

/**
 * Makes an adapter that encrypts as the option `crypto` of connect-mongo does.
 * @param {KrupteinOptions} options
 * @returns {CryptoAdapter}
 */
function createKrupteinAdapter(options) {
  const merged = { ...KRUPTEIN_DEFAULTS, ...options }
  if (!merged.secret) throw new Error('createKrupteinAdapter requires a non-empty secret')
  for (const name of /** @type {const} */ (['algorithm', 'hashing', 'encodeas'])) {
    if (merged[name] && typeof merged[name] !== 'string')
      throw new TypeError(`The option crypto.${name} must be a string`)
  }
  if (/ccm|ecb|ocb2|xts/.test(merged.algorithm)) {
    const refuse = async () => {
      throw cryptoError('Insecure cipher mode not supported!')
    }
    return { encrypt: refuse, decrypt: refuse }
  }
  if (merged.kruptein !== undefined && !RELEASES.includes(merged.kruptein)) {
    throw new TypeError(`The option crypto.kruptein must be one of ${RELEASES.join(', ')}`)
  }
  if (!isNative(merged)) return require('./foreign-adapters.js').packageAdapter(merged)
  // Releases up to 3.3 read `_iv_size`, and not `iv_size`, which connect-mongo sets.
  return nativeAdapter({ kruptein: passwordFormat(merged, merged._iv_size || NONCES[0]) })
}

/**
 * Whether the addon supports these options.
 * @param {Required<Pick<KrupteinOptions, 'secret' | 'algorithm' | 'hashing' | 'encodeas'>> & KrupteinOptions} options
 */
function isNative({ secret, algorithm, hashing, encodeas, use_scrypt: scrypt, use_argon2: argon2, ...sizes }) {
  const gcm = String(algorithm).endsWith('gcm')
  /**
   * @param {number | undefined} value
   * @param {number[]} wanted
   */
  const fits = (value, wanted) => !value || wanted.includes(value)
  return (
    (typeof secret === 'string' || Buffer.isBuffer(secret)) &&
    Object.hasOwn(ALGORITHMS, algorithm) &&
    HASHES.includes(hashing) &&
    isEncoding(encodeas) &&
    !scrypt &&
    !argon2 &&
    fits(sizes._key_size, [ALGORITHMS[algorithm]]) &&
    fits(sizes._at_size, [TAG]) &&
    fits(sizes._iv_size, gcm ? NONCES : [BLOCK])
  )
}

/**
 * Makes an adapter for the Web Crypto format of connect-mongo 6.
 * @param {WebCryptoOptions} options
 * @returns {CryptoAdapter}
 */
function createWebCryptoAdapter({
  secret,
  ivLength: given,
  encoding = 'base64',
  algorithm = 'AES-GCM',
  salt = WEB_SALT,
  iterations = 310_000,
}) {
  if (!secret) throw new Error('createWebCryptoAdapter requires a secret')
  const gcm = algorithm === 'AES-GCM'
  const ivLen = given ?? (gcm ? NONCES[0] : BLOCK)
  const known = isEncoding(encoding) ? encoding : 'base64'
  const options = { secret, salt, iterations, algorithm, ivLen, encoding: known }
  if (
    !isBytes(secret) ||
    !isBytes(salt) ||
    !['AES-GCM', 'AES-CBC'].includes(algorithm) ||
    !(gcm ? NONCES : [BLOCK]).includes(ivLen) ||
    !Number.isInteger(iterations) ||
    iterations < 1 ||
    iterations > 0xffffffff
  )
    return require('./foreign-adapters.js').webAdapter(options)
  return nativeAdapter({
    web: { secret: toBytes(secret), salt: toBytes(salt), iterations, gcm, encoding: known, ivLen, parses: false },
  })
}

module.exports = { createKrupteinAdapter, createWebCryptoAdapter, formatOf }
