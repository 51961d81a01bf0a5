'use strict'

// Checks the options `secret` and `encryption`, and returns their formats. No message here quotes a secret.

const { ALGORITHMS, ENCODINGS, HASHES, NONCES, isBytes, isEncoding, passwordFormat, toBytes } = require('./formats.js')

/** @import { CipherSettings, PasswordSettings } from '../common/native.js' */
/** @import { EncryptionOptions, Hooks } from './encryption.js' */
/** @import { Bytes } from './formats.js' */

/**
 * The option `encryption`.
 * @typedef {object} KeyOptions
 * @property {{id: string, secret: Bytes}[]} keys the newest first
 * @property {boolean} [hashIds] whether `_id` is a hash of the session id
 * @property {boolean} [readPlain] whether the store also reads sessions that are not encrypted
 */

/** The shortest secret of `encryption.keys`, in bytes. It must be random, because nothing makes it harder to guess. */
const SHORTEST = 32
const KEY_ID = /^[\w-]{1,64}$/

/**
 * The format of connect-mongo 3, whose options are options of the store. Its nonce and key are encoded text.
 * @param {EncryptionOptions} options
 * @returns {PasswordSettings}
 */
function secretFormat({
  secret,
  algorithm = 'aes-256-gcm',
  hashing = 'sha512',
  encodeas = 'hex',
  iv_size: ivSize,
  key_size: keySize,
  at_size: tagSize,
}) {
  const ivLen = ivSize || 16
  /**
   * @param {string} name
   * @param {string} wanted
   */
  const wrong = (name, wanted) => new TypeError(`The option ${name} beside secret must be ${wanted}`)
  if (typeof secret !== 'string' && !ArrayBuffer.isView(secret))
    throw new TypeError('The option secret must be a string or a Buffer')
  const algorithms = Object.keys(ALGORITHMS).filter((name) => name.endsWith('gcm'))
  if (!algorithms.includes(algorithm)) throw wrong('algorithm', `one of ${algorithms.join(', ')}`)
  if (!HASHES.includes(hashing)) throw wrong('hashing', `one of ${HASHES.join(', ')}`)
  if (!isEncoding(encodeas)) throw wrong('encodeas', `one of ${ENCODINGS.join(', ')}`)
  if ((keySize || 32) !== ALGORITHMS[algorithm]) throw wrong('key_size', `${ALGORITHMS[algorithm]} for ${algorithm}`)
  if ((tagSize || 16) !== 16) throw wrong('at_size', '16')
  // No encoding has more than two bytes in a character of such text.
  const isLength = Number.isInteger(ivLen) && ivLen >= 1 && ivLen <= 2 * Math.max(...NONCES)
  if (!isLength || !NONCES.includes(Buffer.alloc(ivLen).toString(encodeas).length))
    throw wrong('iv_size', `such that its text has ${NONCES.join(', ')} characters`)
  return passwordFormat({ secret, algorithm, hashing, encodeas }, ivLen)
}

/**
 * The format of this package.
 * @param {KeyOptions} options
 * @param {Hooks} hooks
 * @returns {Pick<CipherSettings, 'keys' | 'readsPlain'>}
 */
function keysFormat({ keys, hashIds = false, readPlain = false, ...others }, { transformId, hash }) {
  const unknown = Object.keys(others)
  if (unknown.length > 0)
    throw new TypeError(
      `The option encryption does not take ${unknown.join(', ')}. It takes keys, hashIds and readPlain`,
    )
  if (!Array.isArray(keys) || keys.length === 0)
    throw new TypeError('The option encryption.keys must be a list of { id, secret }, the newest first')
  if (typeof hashIds !== 'boolean' || typeof readPlain !== 'boolean')
    throw new TypeError('The options encryption.hashIds and encryption.readPlain must be true or false')
  if (hashIds && (transformId || hash))
    throw new TypeError('The option encryption.hashIds cannot be combined with transformId or hash')
  const ids = keys.map((key) => key?.id)
  if (!ids.every((id) => typeof id === 'string' && KEY_ID.test(id))) {
    throw new TypeError('Each id in encryption.keys must have 1 to 64 letters, digits, - or _')
  }
  if (new Set(ids).size < ids.length) throw new TypeError('Two of encryption.keys have the same id')
  return { keys: keys.map(({ id, secret }) => ({ id, secret: keyBytes(id, secret) })), readsPlain: readPlain }
}

/**
 * @param {string} id
 * @param {unknown} secret
 */
function keyBytes(id, secret) {
  if (secret === undefined)
    throw new TypeError(`The secret of the encryption key "${id}" in encryption.keys is undefined`)
  const bytes = isBytes(secret) ? toBytes(secret) : Buffer.alloc(0)
  if (bytes.length < SHORTEST) {
    throw new TypeError(
      `The secret of the encryption key "${id}" must have at least ${SHORTEST} random bytes, such as: openssl rand -base64 32`,
    )
  }
  return bytes
}

module.exports = { keysFormat, secretFormat }
