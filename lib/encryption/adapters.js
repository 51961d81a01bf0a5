'use strict'

// The adapters of connect-mongo 6: `createKrupteinAdapter` and `createWebCryptoAdapter`. An adapter whose format is native
// encrypts in the addon; a store that gets one does the same without calling its methods.

const { webcrypto } = require('node:crypto')
const { NativeCipher } = require('../common/native.js')
const { cryptoError, fromCipher } = require('../common/errors.js')
const { fromApplication } = require('../common/application-package.js')

/** @import { CipherSettings, NativeCipher as Cipher, PasswordSettings, WebSettings } from '../common/native.js' */

/** @typedef {string | ArrayBuffer | ArrayBufferView} Bytes */

/**
 * Encrypts and decrypts the text that is stored of a session.
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

/** @typedef {{kruptein: PasswordSettings, web?: undefined} | {web: WebSettings, kruptein?: undefined}} Format */

/**
 * The package `kruptein`.
 * @typedef {(options: object) => Record<'set' | 'get', (secret: unknown, text: string, done: (error: unknown, result: unknown) => void) => void>} Kruptein
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
/**
 * The algorithms that are native, and the bytes of their keys.
 * @type {Record<string, number>}
 */
const ALGORITHMS = {
  'aes-128-gcm': 16,
  'aes-192-gcm': 24,
  'aes-256-gcm': 32,
  'aes-128-cbc': 16,
  'aes-192-cbc': 24,
  'aes-256-cbc': 32,
}
const HASHES = ['sha1', 'sha256', 'sha384', 'sha512']
/** @type {('base64' | 'base64url' | 'hex')[]} */
const ENCODINGS = ['base64', 'base64url', 'hex']
/** The releases of kruptein whose form can be written. */
const RELEASES = ['3.0', '3.1', '3.3', '3.4']
/** The bytes of GCM's nonces that are native. */
const NONCES = [12, 16, 24, 32]
const BLOCK = 16
const TAG = 16
const WEB_SALT = 'connect-mongo:webcrypto-default-salt'

/**
 * The formats of the native adapters, for a store that gets one of these.
 * @type {WeakMap<CryptoAdapter, Format>}
 */
const formats = new WeakMap()

/**
 * The format of a native adapter that was made here; undefined for any other.
 * @param {CryptoAdapter} adapter
 */
const formatOf = (adapter) => formats.get(adapter)

/**
 * The settings of a cipher that has this format alone.
 * @param {Format} [format]
 * @returns {CipherSettings}
 */
function settingsOf(format) {
  return { foreign: false, readsPlain: false, forgets: false, ...format }
}

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
 * An adapter that encrypts as connect-mongo's option `crypto` does.
 * @param {KrupteinOptions} options
 * @returns {CryptoAdapter}
 */
function createKrupteinAdapter(options) {
  const merged = { ...KRUPTEIN_DEFAULTS, ...options }
  if (!merged.secret) throw new Error('createKrupteinAdapter requires a non-empty secret')
  if (/ccm|ecb|ocb2|xts/.test(merged.algorithm)) {
    const refuse = async () => {
      throw cryptoError('Insecure cipher mode not supported!')
    }
    return { encrypt: refuse, decrypt: refuse }
  }
  if (merged.kruptein !== undefined && !RELEASES.includes(merged.kruptein)) {
    throw new TypeError(`The option crypto.kruptein must be one of ${RELEASES.join(', ')}`)
  }
  if (!isNative(merged)) return packageAdapter(merged)
  // The releases up to 3.3 look at `_iv_size`, and not at `iv_size`, which connect-mongo sets.
  return nativeAdapter({ kruptein: passwordFormat(merged, merged._iv_size || NONCES[0]) })
}

/**
 * Whether the addon can do what the options ask for.
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
 * The settings of a format with a secret.
 * @param {object} options
 * @param {unknown} options.secret
 * @param {string} options.algorithm
 * @param {string} options.hashing
 * @param {string} options.encodeas
 * @param {string} [options.kruptein]
 * @param {number} ivLen
 * @returns {PasswordSettings}
 */
function passwordFormat({ secret, algorithm, hashing, encodeas, kruptein: release }, ivLen) {
  return { secret: toBytes(secret), algorithm, hashing, encoding: encodeas, ivLen, release }
}

/**
 * An adapter over the package `kruptein` of the application, for what is not native.
 * @param {KrupteinOptions} options
 * @returns {CryptoAdapter}
 */
function packageAdapter(options) {
  /** @type {Kruptein | null} */
  const kruptein = fromApplication('kruptein')
  if (kruptein === null) {
    throw new Error(
      'crypto with these options (algorithm, hashing, encodeas, sizes or key derivation) needs the npm package "kruptein", which is not installed: npm install kruptein',
    )
  }
  const instance = kruptein(options)
  /**
   * @param {'set' | 'get'} method
   * @param {string} text
   * @returns {Promise<string>}
   */
  const call = (method, text) =>
    new Promise((resolve, reject) => {
      instance[method](options.secret, text, (error, result) => {
        if (error) reject(typeof error === 'string' ? cryptoError(error) : error)
        else resolve(typeof result === 'string' ? result : JSON.stringify(result))
      })
    })
  return { encrypt: (plaintext) => call('set', plaintext), decrypt: (ciphertext) => call('get', ciphertext) }
}

/**
 * An adapter that encrypts by the means of Web Crypto, as connect-mongo 6 does.
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
    return webAdapter(options)
  return nativeAdapter({
    web: { secret: toBytes(secret), salt: toBytes(salt), iterations, gcm, encoding: known, ivLen, parses: false },
  })
}

/**
 * An adapter over Node's own Web Crypto, for what is not native. Its methods refuse what Web Crypto refuses.
 * @param {Required<Omit<WebCryptoOptions, 'ivLength' | 'encoding'>> & {ivLen: number, encoding: BufferEncoding}} options
 * @returns {CryptoAdapter}
 */
function webAdapter({ secret, salt, iterations, algorithm, ivLen, encoding }) {
  const { subtle } = webcrypto
  /** @type {Promise<webcrypto.CryptoKey> | undefined} */
  let key
  const derive = async () => {
    const base = await subtle.importKey('raw', toBytes(secret), 'PBKDF2', false, ['deriveKey'])
    const derivation = { name: 'PBKDF2', salt: toBytes(salt), iterations, hash: 'SHA-256' }
    return subtle.deriveKey(derivation, base, { name: algorithm, length: 256 }, false, ['encrypt', 'decrypt'])
  }
  return {
    async encrypt(plaintext) {
      const iv = webcrypto.getRandomValues(new Uint8Array(ivLen))
      const encrypted = await subtle.encrypt({ name: algorithm, iv }, await (key ??= derive()), Buffer.from(plaintext))
      return Buffer.concat([iv, new Uint8Array(encrypted)]).toString(encoding)
    },
    async decrypt(ciphertext) {
      const bytes = Buffer.from(ciphertext, encoding)
      const iv = bytes.subarray(0, ivLen)
      const decrypted = await subtle.decrypt({ name: algorithm, iv }, await (key ??= derive()), bytes.subarray(ivLen))
      return Buffer.from(decrypted).toString()
    },
  }
}

/**
 * @param {unknown} value
 * @returns {value is Bytes}
 */
function isBytes(value) {
  return typeof value === 'string' || ArrayBuffer.isView(value) || value instanceof ArrayBuffer
}

/**
 * @param {string} value
 * @returns {value is 'base64' | 'base64url' | 'hex'}
 */
function isEncoding(value) {
  return ENCODINGS.some((encoding) => encoding === value)
}

/**
 * @param {unknown} input
 * @returns {Buffer<ArrayBuffer>}
 */
function toBytes(input) {
  if (typeof input === 'string') return Buffer.from(input)
  if (ArrayBuffer.isView(input))
    return Buffer.from(/** @type {ArrayBuffer} */ (input.buffer), input.byteOffset, input.byteLength)
  if (input instanceof ArrayBuffer) return Buffer.from(input)
  throw new TypeError('Unsupported secret type for Web Crypto adapter')
}

module.exports = {
  ALGORITHMS,
  ENCODINGS,
  HASHES,
  NONCES,
  createKrupteinAdapter,
  createWebCryptoAdapter,
  formatOf,
  isBytes,
  isEncoding,
  passwordFormat,
  settingsOf,
  toBytes,
}
