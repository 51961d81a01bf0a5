'use strict'

// The encryption formats of the addon: their options, and their settings in the addon's terms.

const { types } = require('node:util')

/** @import { CipherSettings, PasswordSettings, WebSettings } from '../common/native.js' */

/** @typedef {string | ArrayBuffer | ArrayBufferView} Bytes */

/** @typedef {{kruptein: PasswordSettings, web?: undefined} | {web: WebSettings, kruptein?: undefined}} Format */

/**
 * The native algorithms, and the length of their keys in bytes.
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
/** The native lengths of GCM nonces in bytes. */
const NONCES = [12, 16, 24, 32]
const BLOCK = 16
const TAG = 16

/**
 * The settings of a cipher with only this format.
 * @param {Format} [format]
 * @returns {CipherSettings}
 */
function settingsOf(format) {
  return { foreign: false, readsPlain: false, forgets: false, ...format }
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
 * @param {unknown} value
 * @returns {value is Bytes}
 */
function isBytes(value) {
  return typeof value === 'string' || ArrayBuffer.isView(value) || types.isArrayBuffer(value)
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
  if (types.isArrayBuffer(input)) return Buffer.from(input)
  throw new TypeError('Unsupported secret type for Web Crypto adapter')
}

module.exports = {
  ALGORITHMS,
  BLOCK,
  ENCODINGS,
  HASHES,
  NONCES,
  TAG,
  isBytes,
  isEncoding,
  passwordFormat,
  settingsOf,
  toBytes,
}
