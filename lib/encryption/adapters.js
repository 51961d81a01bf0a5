'use strict'

// The adapters of connect-mongo 6: `createKrupteinAdapter`, `createWebCryptoAdapter`, and what stands behind them. Those
// whose format is native encrypt in the addon; a store that is given one does the same without its methods.

const { webcrypto } = require('node:crypto')
const { NativeCipher } = require('../common/native.js')
const { cryptoError, fromNative } = require('../common/errors.js')
const { fromApplication } = require('../common/application-package.js')

const KRUPTEIN_DEFAULTS = {
  secret: false,
  algorithm: 'aes-256-gcm',
  hashing: 'sha512',
  encodeas: 'base64',
  key_size: 32,
  iv_size: 16,
  at_size: 16,
}
/** The algorithms that are native, and the bytes of their keys. */
const ALGORITHMS = {
  'aes-128-gcm': 16,
  'aes-192-gcm': 24,
  'aes-256-gcm': 32,
  'aes-128-cbc': 16,
  'aes-192-cbc': 24,
  'aes-256-cbc': 32,
}
const HASHES = ['sha1', 'sha256', 'sha384', 'sha512']
const ENCODINGS = ['base64', 'base64url', 'hex']
/** The releases of kruptein whose form can be written. */
const RELEASES = ['3.0', '3.1', '3.3', '3.4']
/** The bytes of GCM's nonces that are native. */
const NONCES = [12, 16, 24, 32]
const BLOCK = 16
const TAG = 16
const WEB_SALT = 'connect-mongo:webcrypto-default-salt'

/** The settings of a native adapter's format, by the adapter: for a store that is given it. */
const formats = new WeakMap()

/** The format of an adapter that was made here and is native: `{ kruptein }` or `{ web }`; otherwise undefined. */
const formatOf = (adapter) => formats.get(adapter)

/** The settings that the addon needs for a format of its own, alone. */
function settingsOf(format) {
  return { foreign: false, readsPlain: false, forgets: false, ...format }
}

function nativeAdapter(format) {
  let cipher
  const call = async (method, text) => {
    cipher ??= new NativeCipher(settingsOf(format))
    const result = await cipher[method](String(text))
    if (typeof result !== 'string') throw fromNative([...result, []])
    return result
  }
  const adapter = {
    encrypt: (plaintext) => call('encrypt', plaintext),
    decrypt: (ciphertext) => call('decrypt', ciphertext),
  }
  formats.set(adapter, format)
  return adapter
}

/**
 * An adapter that encrypts as connect-mongo's option `crypto` does.
 * @param {object} options kruptein's, `secret` among them
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
  return isNative(merged)
    ? nativeAdapter({ kruptein: passwordFormat(merged, ivLength(merged)) })
    : packageAdapter(merged)
}

function isNative({ secret, algorithm, hashing, encodeas, use_scrypt: scrypt, use_argon2: argon2, ...sizes }) {
  const gcm = String(algorithm).endsWith('gcm')
  const fits = (value, wanted) => !value || wanted.includes(value)
  return (
    (typeof secret === 'string' || Buffer.isBuffer(secret)) &&
    Object.hasOwn(ALGORITHMS, algorithm) &&
    HASHES.includes(hashing) &&
    ENCODINGS.includes(encodeas) &&
    !scrypt &&
    !argon2 &&
    fits(sizes._key_size, [ALGORITHMS[algorithm]]) &&
    fits(sizes._at_size, [TAG]) &&
    fits(sizes._iv_size, gcm ? NONCES : [BLOCK])
  )
}

/** The releases up to 3.3 look at `_iv_size`, and not at `iv_size`, which connect-mongo sets. */
const ivLength = ({ _iv_size: given }) => given || NONCES[0]

/** The settings of a format with a secret, as `PasswordSettings` of `src/cipher.rs`. */
function passwordFormat({ secret, algorithm, hashing, encodeas, kruptein: release }, ivLen) {
  return { secret: toBytes(secret), algorithm, hashing, encoding: encodeas, ivLen, release }
}

/** An adapter over the package `kruptein` of the application, for what is not native. */
function packageAdapter(options) {
  const kruptein = fromApplication('kruptein')
  if (kruptein === null) {
    throw new Error(
      'crypto with these options (algorithm, hashing, encodeas, sizes or key derivation) needs the npm package "kruptein", which is not installed: npm install kruptein',
    )
  }
  const instance = kruptein(options)
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
 * @param {object} options as `WebCryptoAdapterOptions`
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
  const known = ENCODINGS.includes(encoding) ? encoding : 'base64'
  const options = { secret, salt, iterations, algorithm, ivLen, encoding: known }
  const isPlain = [secret, salt].every(
    (value) => typeof value === 'string' || ArrayBuffer.isView(value) || value instanceof ArrayBuffer,
  )
  if (
    !isPlain ||
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

/** An adapter over Node's own Web Crypto, for what is not native; what it refuses, its methods refuse. */
function webAdapter({ secret, salt, iterations, algorithm, ivLen, encoding }) {
  const { subtle } = webcrypto
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

function toBytes(input) {
  if (typeof input === 'string') return Buffer.from(input)
  if (ArrayBuffer.isView(input)) return Buffer.from(input.buffer, input.byteOffset, input.byteLength)
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
  passwordFormat,
  settingsOf,
  toBytes,
}
