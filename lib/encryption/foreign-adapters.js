'use strict'

// Adapters in JavaScript for options that the addon has no format for. They use the application's package `kruptein`,
// or Node's Web Crypto. Few stores need them, so this file is loaded with the first one.

const { webcrypto } = require('node:crypto')
const { cryptoError } = require('../common/errors.js')
const { Promise } = require('../common/promises.js')
const { fromApplication } = require('../common/application-package.js')
const { toBytes } = require('./formats.js')

/** @import { CryptoAdapter, KrupteinOptions, WebCryptoOptions } from './adapters.js' */

/**
 * The package `kruptein`.
 * @typedef {(options: object) => Record<'set' | 'get', (secret: unknown, text: string, done: (error: unknown, result: unknown) => void) => void>} Kruptein
 */

/**
 * Makes an adapter that uses the application's package `kruptein`, for formats that are not native.
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
 * Makes an adapter that uses Node's Web Crypto, for formats that are not native. Its methods refuse what Web Crypto
 * refuses.
 * @param {Required<Omit<WebCryptoOptions, 'ivLength' | 'encoding'>> & {ivLen: number, encoding: BufferEncoding}}
 *   options
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

module.exports = { packageAdapter, webAdapter }
