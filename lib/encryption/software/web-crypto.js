'use strict'

// The records of `createWebCryptoAdapter` in connect-mongo 6: the nonce and the cipher text, encoded. Each adapter has
// one key. Records with AES-CBC are not authenticated.

const { TAG } = require('../formats.js')
const { failures, succeeds } = require('./failures.js')
const { KeyCache } = require('./keys/key-cache.js')
const { cbcDecrypt, cbcEncrypt, decode, gcmDecrypt, gcmEncrypt, random, textOf } = require('./primitives.js')
const { isJson } = require('./strict-json.js')
const { asJson } = require('./values.js')

/** @import { KeyObject } from 'node:crypto' */
/** @import { WebSettings } from '../../common/native.js' */
/** @typedef {InstanceType<typeof import('./keys/patience.js').Patience>} Patience */

/** The adapter requests 256 bits from Web Crypto, with this hash. */
const KEY = 32
const HASH = 'sha256'
const NONE = Buffer.alloc(0)

class WebCrypto {
  #keys
  #name
  #gcm
  /** @type {BufferEncoding} */
  #encoding
  #ivLength
  #parses

  /** @param {WebSettings} settings */
  constructor({ secret, salt, iterations: rounds, gcm, encoding, ivLen, parses }) {
    this.#keys = new KeyCache(secret, HASH, KEY)
    this.#name = { salt: Buffer.from(salt), rounds }
    this.#gcm = gcm
    this.#encoding = /** @type {BufferEncoding} */ (encoding)
    this.#ivLength = ivLen
    this.#parses = parses
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
    const key = await this.#keys.ofAll(this.#name, patience)
    const iv = random(this.#ivLength)
    return Buffer.concat([iv, ...this.#encrypt(key, iv, text)]).toString(this.#encoding)
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
   * @param {KeyObject} key
   * @param {Buffer} iv
   * @param {string} plain
   */
  #encrypt(key, iv, plain) {
    if (!this.#gcm) return [cbcEncrypt('aes-256-cbc', key, iv, plain)]
    const { text, tag } = gcmEncrypt('aes-256-gcm', key, iv, NONE, plain)
    return [text, tag]
  }

  /**
   * Whether a stored text may be a record.
   * @param {string} stored
   */
  recognizes(stored) {
    return succeeds(() => decode(stored, this.#encoding))
  }

  /**
   * Decrypts a record.
   * @param {string} stored
   * @param {Patience} patience
   */
  async read(stored, patience) {
    const record = decode(stored, this.#encoding)
    const textAt = this.#ivLength
    if (record.length < textAt + (this.#gcm ? TAG : 0)) throw failures.unreadable()
    const key = await this.#keys.ofAll(this.#name, patience)
    return textOf(this.#decrypt(key, record.subarray(0, textAt), record.subarray(textAt)))
  }

  /**
   * Decrypts a session.
   * @param {string} stored
   * @param {Patience} patience
   */
  async open(stored, patience) {
    const text = await this.read(stored, patience)
    return this.#parses && isJson(text) ? asJson(text) : text
  }

  /**
   * @param {KeyObject} key
   * @param {Buffer} iv
   * @param {Buffer} encrypted
   */
  #decrypt(key, iv, encrypted) {
    if (!this.#gcm) return cbcDecrypt('aes-256-cbc', key, iv, encrypted)
    const [text, tag] = [encrypted.subarray(0, -TAG), encrypted.subarray(-TAG)]
    try {
      return gcmDecrypt('aes-256-gcm', key, iv, NONE, text, tag)
    } catch (error) {
      // Only the tag reveals a wrong key or a changed record.
      throw failures.tampered(error)
    }
  }
}

module.exports = { WebCrypto }
