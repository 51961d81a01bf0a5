'use strict'

// The records of `crypto` in connect-mongo 4 to 6, whose format the npm package kruptein defines. The form of one
// release is written, by default 3.0.x. The forms of all releases from 2.2.3 to 3.4.0 are read.

const { createHash } = require('node:crypto')
const { ALGORITHMS, BLOCK } = require('../formats.js')
const der = require('./der.js')
const { failures, succeeds } = require('./failures.js')
const { KeyCache } = require('./keys/key-cache.js')
const { WritingKey } = require('./keys/writing-key.js')
const { parseRecord } = require('./kruptein-record.js')
const { cbcDecrypt, cbcEncrypt, gcmDecrypt, gcmEncrypt, isGcm, mac, random, same, textOf, wellFormed } =
  require('./primitives.js')
const { isText, parseMembers, parseText, toText } = require('./strict-json.js')
const { asJson } = require('./values.js')

/** @import { KeyObject } from 'node:crypto' */
/** @import { PasswordSettings } from '../../common/native.js' */
/** @typedef {InstanceType<typeof import('./keys/patience.js').Patience>} Patience */
/** @import { Form, KrupteinRecord } from './kruptein-record.js' */

/**
 * The options of the format.
 * @typedef {object} KrupteinFormat
 * @property {string} algorithm
 * @property {string} hash
 * @property {number} macLength the bytes of an HMAC
 * @property {BufferEncoding} encoding
 * @property {number} ivLength
 * @property {string} release the release whose form is written
 */

/**
 * An encrypted text. With AES-CBC it has neither a tag nor associated data.
 * @typedef {{iv: Buffer, text: Buffer, tag?: Buffer, associated?: Buffer}} Sealed
 */

/** @typedef {{text: string, isJson: boolean}} Plain what was encrypted: a text, or a value as JSON */

/** The rounds of PBKDF2 up to release 3.1.1, and in later ones. */
const ROUNDS = 15_000
const LATER_ROUNDS = 20_000
/**
 * The possible rounds of a record. Nothing in it distinguishes releases with the same form.
 * @type {Record<Form, number[]>}
 */
const ROUNDS_OF = { early: [ROUNDS], texts: [ROUNDS, LATER_ROUNDS], bytes: [LATER_ROUNDS] }
const FIRST_RELEASE = '3.0'
const BYTES_RELEASE = '3.4'
/** The length in bytes of the key that produces the associated data. */
const AAD_KEY = 128
const NONE = Buffer.alloc(0)

class Kruptein {
  /** @type {KrupteinFormat} */
  #format
  #keys
  #writing

  /** @param {PasswordSettings} settings */
  constructor({ secret, algorithm, hashing: hash, encoding, ivLen, release = FIRST_RELEASE }) {
    this.#format = {
      algorithm,
      hash,
      macLength: createHash(hash).digest().length,
      encoding: /** @type {BufferEncoding} */ (encoding),
      ivLength: isGcm(algorithm) ? ivLen : BLOCK,
      release,
    }
    this.#keys = new KeyCache(secret, hash, ALGORITHMS[algorithm])
    this.#writing = new WritingKey(this.#keys, ['3.0', '3.1'].includes(release) ? ROUNDS : LATER_ROUNDS)
  }

  /** Requests the key that the first write needs. */
  prepare() {
    this.#writing.prepare()
  }

  /**
   * Encrypts a text.
   * @param {string} text
   * @param {Patience} patience
   */
  sealText(text, patience) {
    return this.sealJson(JSON.stringify(wellFormed(text)), patience)
  }

  /**
   * Encrypts the value of a JSON text.
   * @param {string} json
   * @param {Patience} patience
   */
  async sealJson(json, patience) {
    const { salt, key } = await this.#writing.take(patience)
    const { encoding, release } = this.#format
    const sealed = this.#encrypt(release === BYTES_RELEASE ? typed(json) : json, key)
    const members = release === BYTES_RELEASE ? this.#asBytes(sealed, salt, key) : this.#asTexts(sealed, salt, key)
    return der.encode(members).toString(encoding)
  }

  /**
   * @param {string} plain
   * @param {KeyObject} key
   */
  #encrypt(plain, key) {
    const { algorithm, hash, ivLength } = this.#format
    const iv = random(ivLength)
    if (!isGcm(algorithm)) return { iv, text: cbcEncrypt(algorithm, key, iv, plain) }
    const associated = mac(hash, random(AAD_KEY), plain)
    return { iv, associated, ...gcmEncrypt(algorithm, key, iv, associated, plain) }
  }

  /**
   * The members of a record as release 3.4.0 has them.
   * @param {Sealed} sealed
   * @param {Buffer} salt
   * @param {KeyObject} key
   */
  #asBytes({ iv, text, tag = NONE, associated = NONE }, salt, key) {
    return [text, mac(this.#format.hash, key, text, salt, iv), iv, salt, tag, associated]
  }

  /**
   * The members of a record as the earlier releases have them.
   * @param {Sealed} sealed
   * @param {Buffer} salt
   * @param {KeyObject} key
   */
  #asTexts({ iv, text, tag, associated }, salt, key) {
    const { hash, encoding, release } = this.#format
    const encoded = (/** @type {Buffer} */ bytes) => Buffer.from(bytes.toString(encoding))
    const written = encoded(text)
    const authenticated = release === FIRST_RELEASE ? [written] : [written, lossy(salt), lossy(iv)]
    const members = [written, encoded(mac(hash, key, ...authenticated)), iv, salt]
    return tag && associated ? [...members, tag, encoded(associated)] : members
  }

  /**
   * Whether a stored text has one of the forms.
   * @param {string} stored
   */
  recognizes(stored) {
    return succeeds(() => parseRecord(stored, this.#format))
  }

  /**
   * Decrypts a record: a text, or the JSON text of what was encrypted.
   * @param {string} stored
   * @param {Patience} patience
   */
  async read(stored, patience) {
    const { text } = await this.#read(stored, patience)
    return text
  }

  /**
   * Decrypts a session.
   * @param {string} stored
   * @param {Patience} patience
   */
  async open(stored, patience) {
    const { text, isJson } = await this.#read(stored, patience)
    if (!isJson) return text
    return text.startsWith('"') ? parseText(text) : asJson(text)
  }

  /**
   * @param {string} stored
   * @param {Patience} patience
   * @returns {Promise<Plain>}
   */
  async #read(stored, patience) {
    const record = parseRecord(stored, this.#format)
    for (const rounds of ROUNDS_OF[record.form]) {
      const key = await this.#keys.ofRecord({ salt: record.salt, rounds }, patience)
      if (this.#isAuthentic(record, rounds, key)) return this.#decrypt(record, key)
    }
    throw failures.tampered()
  }

  /**
   * @param {KrupteinRecord} record
   * @param {number} rounds
   * @param {KeyObject} key
   */
  #isAuthentic({ form, authenticated, salt, iv, mac: given }, rounds, key) {
    const fits = (/** @type {Buffer[]} */ ...parts) => same(mac(this.#format.hash, key, ...parts), given)
    if (form === 'bytes') return fits(authenticated, salt, iv)
    if (rounds === ROUNDS && fits(authenticated)) return true
    return form === 'texts' && fits(authenticated, lossy(salt), lossy(iv))
  }

  /**
   * @param {KrupteinRecord} record
   * @param {KeyObject} key
   * @returns {Plain}
   */
  #decrypt({ form, text, iv, tag, associated }, key) {
    const { algorithm } = this.#format
    const plain = textOf(
      isGcm(algorithm) ? gcmDecrypt(algorithm, key, iv, associated, text, tag) : cbcDecrypt(algorithm, key, iv, text),
    )
    return form === 'bytes' ? untyped(plain) : { text: plain, isJson: true }
  }
}

/**
 * Bytes as releases 3.1.1 to 3.3.0 authenticate them: as UTF-8 text, which replaces some of the bytes.
 * @param {Buffer} bytes
 */
function lossy(bytes) {
  return Buffer.from(bytes.toString())
}

/**
 * What release 3.4.0 encrypts.
 * @param {string} json
 */
function typed(json) {
  return `{"type":"${json.startsWith('"') ? 'string' : 'json'}","value":${json}}`
}

/**
 * The value that was passed to `typed`.
 * @param {string} plain
 * @returns {Plain}
 */
function untyped(plain) {
  const { type, value } = parseMembers(plain, ['type', 'value'])
  if (type === 'string' && isText(value)) return { text: value, isJson: false }
  if (type === 'json' && value !== undefined) return { text: toText(value), isJson: true }
  throw failures.unreadable()
}

module.exports = { Kruptein }
