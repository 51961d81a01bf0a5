'use strict'

// The ciphers, authentication codes and encodings of the formats, with Node's `crypto`. Keys and nonces have the
// lengths that occur in stored sessions. Decoding accepts exactly what encoding writes, so no two texts are the same
// record.

const crypto = require('node:crypto')
const { TextDecoder } = require('node:util')
const { NONCES, TAG } = require('../formats.js')
const { failures } = require('./failures.js')

/** @import { CipherGCMTypes, KeyObject } from 'node:crypto' */

/** @typedef {KeyObject | Buffer} Key */

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Random bytes from the operating system.
 * @param {number} length
 */
function random(length) {
  try {
    return crypto.randomBytes(length)
  } catch (error) {
    throw failures.noRandom(error)
  }
}

/**
 * The HMAC of all parts together.
 * @param {string} hash
 * @param {Key} key
 * @param {...(string | Uint8Array)} parts texts as UTF-8
 */
function mac(hash, key, ...parts) {
  const hmac = crypto.createHmac(hash, key)
  for (const part of parts) hmac.update(part)
  return hmac.digest()
}

/**
 * Whether two codes are equal, in a time that does not depend on where they differ.
 * @param {Buffer} one
 * @param {Buffer} other
 */
function same(one, other) {
  return one.length === other.length && crypto.timingSafeEqual(one, other)
}

/** @param {string} algorithm */
function isGcm(algorithm) {
  return algorithm.endsWith('gcm')
}

/**
 * Encrypts with AES-GCM.
 * @param {string} algorithm
 * @param {Key} key
 * @param {Uint8Array} nonce
 * @param {Uint8Array} associated data that is authenticated, too
 * @param {Uint8Array | string} plain
 */
function gcmEncrypt(algorithm, key, nonce, associated, plain) {
  const name = /** @type {CipherGCMTypes} */ (algorithm)
  const cipher = crypto.createCipheriv(name, key, nonce, { authTagLength: TAG })
  cipher.setAAD(associated)
  const text = typeof plain === 'string' ? cipher.update(plain, 'utf8') : cipher.update(plain)
  cipher.final()
  return { text, tag: cipher.getAuthTag() }
}

/**
 * Decrypts what `gcmEncrypt` encrypted.
 * @param {string} algorithm
 * @param {Key} key
 * @param {Uint8Array} nonce
 * @param {Uint8Array} associated
 * @param {Uint8Array} text
 * @param {Uint8Array} tag
 */
function gcmDecrypt(algorithm, key, nonce, associated, text, tag) {
  if (!NONCES.includes(nonce.length)) throw failures.unreadable()
  const name = /** @type {CipherGCMTypes} */ (algorithm)
  const decipher = crypto.createDecipheriv(name, key, nonce, { authTagLength: TAG })
  decipher.setAAD(associated)
  decipher.setAuthTag(tag)
  const plain = decipher.update(text)
  try {
    decipher.final()
  } catch (error) {
    throw failures.undecryptable(error)
  }
  return plain
}

/**
 * Encrypts with AES-CBC and PKCS #7 padding.
 * @param {string} algorithm
 * @param {Key} key
 * @param {Uint8Array} iv
 * @param {string} plain
 */
function cbcEncrypt(algorithm, key, iv, plain) {
  const cipher = crypto.createCipheriv(algorithm, key, iv)
  return Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
}

/**
 * Decrypts what `cbcEncrypt` encrypted.
 * @param {string} algorithm
 * @param {Key} key
 * @param {Uint8Array} iv
 * @param {Uint8Array} text
 */
function cbcDecrypt(algorithm, key, iv, text) {
  const decipher = crypto.createDecipheriv(algorithm, key, iv)
  const plain = decipher.update(text)
  try {
    return Buffer.concat([plain, decipher.final()])
  } catch (error) {
    throw failures.undecryptable(error)
  }
}

/**
 * The bytes of an encoded text.
 * @param {string} text
 * @param {BufferEncoding} encoding
 */
function decode(text, encoding) {
  const bytes = Buffer.from(text, encoding)
  // Node skips characters that are not part of the encoding.
  if (bytes.toString(encoding) !== text) throw failures.unreadable()
  return bytes
}

/**
 * The text of decrypted bytes.
 * @param {Uint8Array} bytes
 */
function textOf(bytes) {
  try {
    return decoder.decode(bytes)
  } catch (error) {
    throw failures.undecryptable(error)
  }
}

/**
 * A text as UTF-8 has it. Half of a surrogate pair becomes U+FFFD.
 * @param {string} text
 */
function wellFormed(text) {
  return Buffer.from(text).toString()
}

module.exports = {
  cbcDecrypt,
  cbcEncrypt,
  decode,
  gcmDecrypt,
  gcmEncrypt,
  isGcm,
  mac,
  random,
  same,
  textOf,
  wellFormed,
}
