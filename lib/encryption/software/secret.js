'use strict'

// The records of the option `secret` in connect-mongo 3: the JSON text of a JSON string. Each secret has one key.

const { createHash } = require('node:crypto')
const { ALGORITHMS, TAG } = require('../formats.js')
const { failures, succeeds } = require('./failures.js')
const { KeyCache } = require('./keys/key-cache.js')
const { decode, gcmDecrypt, gcmEncrypt, mac, random, same, textOf } = require('./primitives.js')
const { bufferOf, isText, parseMembers, parseText } = require('./strict-json.js')

/** @import { PasswordSettings } from '../../common/native.js' */
/** @typedef {InstanceType<typeof import('./keys/patience.js').Patience>} Patience */

/**
 * The rounds of PBKDF2, and the number of bytes that it derives. The key is the beginning of their hexadecimal text.
 */
const ROUNDS = 10_000
const DERIVED = 64
/** The number of characters in the salt. */
const SALT = 16
const MEMBERS = ['hmac', 'ct', 'at', 'aad', 'iv']

class Secret {
  #algorithm
  #hash
  /** @type {BufferEncoding} */
  #encoding
  #ivLength
  #keys
  #name

  /** @param {PasswordSettings} settings */
  constructor({ secret, algorithm, hashing, encoding, ivLen }) {
    this.#algorithm = algorithm
    this.#hash = hashing
    this.#encoding = /** @type {BufferEncoding} */ (encoding)
    this.#ivLength = ivLen
    this.#keys = new KeyCache(secret, hashing, DERIVED)
    const salt = createHash(hashing).update(secret).digest().toString(this.#encoding).slice(0, SALT)
    this.#name = { salt: Buffer.from(salt), rounds: ROUNDS }
  }

  /** Requests the key. */
  prepare() {
    this.#keys.prepare(this.#name)
  }

  /**
   * Encrypts a text.
   * @param {string} text
   * @param {Patience} patience
   */
  async sealText(text, patience) {
    const key = await this.#key(patience)
    const iv = random(this.#ivLength).toString(this.#encoding)
    const ofAad = Buffer.concat([Buffer.from(iv), key])
    const aad = mac(this.#hash, ofAad, text).toString(this.#encoding)
    const sealed = gcmEncrypt(this.#algorithm, key, Buffer.from(iv), Buffer.from(aad), text)
    const ct = sealed.text.toString(this.#encoding)
    const hmac = mac(this.#hash, key, ct).toString(this.#encoding)
    return JSON.stringify(JSON.stringify({ hmac, ct, at: sealed.tag, aad, iv }))
  }

  /**
   * Encrypts the value of a JSON text, as that text.
   * @param {string} json
   * @param {Patience} patience
   */
  sealJson(json, patience) {
    return this.sealText(json, patience)
  }

  /**
   * Whether a stored text has this form.
   * @param {string} stored
   */
  recognizes(stored) {
    return succeeds(() => membersOf(stored))
  }

  /**
   * Decrypts a session.
   * @param {string} stored
   * @param {Patience} patience
   */
  async open(stored, patience) {
    const { hmac, ct, at: tag, aad, iv } = membersOf(stored)
    const given = decode(hmac, this.#encoding)
    const text = decode(ct, this.#encoding)
    if (tag.length !== TAG) throw failures.unreadable()
    const key = await this.#key(patience)
    if (!same(mac(this.#hash, key, ct), given)) throw failures.tampered()
    return textOf(gcmDecrypt(this.#algorithm, key, Buffer.from(iv), Buffer.from(aad), text, tag))
  }

  /** @param {Patience} patience */
  async #key(patience) {
    const derived = await this.#keys.ofAll(this.#name, patience)
    return Buffer.from(derived.export().toString(this.#encoding).slice(0, ALGORITHMS[this.#algorithm]))
  }
}

/** @param {string} stored */
function membersOf(stored) {
  const { hmac, ct, at, aad, iv } = parseMembers(stored.startsWith('"') ? parseText(stored) : stored, MEMBERS)
  if (!isText(hmac) || !isText(ct) || !isText(aad) || !isText(iv)) throw failures.unreadable()
  return { hmac, ct, at: bufferOf(at), aad, iv }
}

module.exports = { Secret }
