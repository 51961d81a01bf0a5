'use strict'

// The records of `encryption`: `cmn1.<key id>.<base64url of salt, nonce, cipher text and tag>`. Each record has its own
// key, derived from the secret that it names, and is bound to the `_id` of its document.

const { createSecretKey, hkdfSync } = require('node:crypto')
const { TAG } = require('../formats.js')
const { failures } = require('./failures.js')
const { decode, gcmDecrypt, gcmEncrypt, mac, random, textOf } = require('./primitives.js')
const { checkDocument } = require('./values.js')

/** @import { KeyObject } from 'node:crypto' */
/** @import { CipherSettings, Value } from '../../common/native.js' */

/** The beginning of every record: the format and its version. */
const PREFIX = 'cmn1.'
const ID_PREFIX = 'cmnid1.'
const ALGORITHM = 'aes-256-gcm'
const HASH = 'sha256'
const ENCODING = 'base64url'
const KEY = 32
const SALT = 16
const NONCE = 12
/** The salt of HKDF-Extract (RFC 5869, 2.2). It is the same for all secrets, because they are random themselves. */
const EXTRACT = 'connect-mongo-native encryption 1'
/** What the derived keys are for. */
const FOR_RECORD = Buffer.from('session')
const FOR_IDS = Buffer.from('session id')
/** The kinds of encrypted values, and of ids. */
const TEXT = 0
const BSON = 1

class Envelope {
  /** @type {{id: string, secret: KeyObject, ofIds: KeyObject}[]} the newest first */
  #keys

  /** @param {NonNullable<CipherSettings['keys']>} keys the newest first */
  constructor(keys) {
    this.#keys = keys.map((key) => {
      const secret = createSecretKey(key.secret)
      return { id: key.id, secret, ofIds: createSecretKey(derive(secret, FOR_IDS)) }
    })
  }

  /**
   * Whether a stored text is in this format.
   * @param {string} stored
   */
  recognizes(stored) {
    return stored.startsWith(PREFIX)
  }

  /**
   * Encrypts a session with the newest key.
   * @param {Value} id
   * @param {Value} session
   */
  seal(id, session) {
    const [{ id: keyId, secret }] = this.#keys
    const [salt, nonce] = [random(SALT), random(NONCE)]
    const header = `${PREFIX}${keyId}.`
    const key = derive(secret, FOR_RECORD, salt)
    const { text, tag } = gcmEncrypt(ALGORITHM, key, nonce, bound(header, id), marked(session))
    return header + Buffer.concat([salt, nonce, text, tag]).toString(ENCODING)
  }

  /**
   * Decrypts a record with the key that it names.
   * @param {Value} id
   * @param {string} stored
   * @returns {Value}
   */
  open(id, stored) {
    const start = stored.indexOf('.', PREFIX.length) + 1
    if (start === 0) throw failures.unreadable()
    const record = decode(stored.slice(start), ENCODING)
    const tagAt = record.length - TAG
    // One byte is the kind of the value.
    if (tagAt <= SALT + NONCE) throw failures.unreadable()
    const header = stored.slice(0, start)
    const named = this.#keys.find((key) => `${PREFIX}${key.id}.` === header)
    if (!named) throw failures.unknownKey()
    const key = derive(named.secret, FOR_RECORD, record.subarray(0, SALT))
    const [nonce, text, tag] = [
      record.subarray(SALT, SALT + NONCE),
      record.subarray(SALT + NONCE, tagAt),
      record.subarray(tagAt),
    ]
    return valueOf(decrypt(key, nonce, bound(header, id), text, tag))
  }

  /**
   * The ids under which a session may be stored, the id of the newest key first.
   * @param {string} sid
   */
  hashIds(sid) {
    return this.#keys.map(({ ofIds }) => ID_PREFIX + mac(HASH, ofIds, sid).toString(ENCODING))
  }
}

/**
 * HKDF for a key.
 * @param {KeyObject} secret
 * @param {...Uint8Array} info what the key is for
 */
function derive(secret, ...info) {
  return Buffer.from(hkdfSync(HASH, secret, EXTRACT, Buffer.concat(info), KEY))
}

/** @param {Parameters<typeof gcmDecrypt> extends [unknown, ...infer Rest] ? Rest : never} rest */
function decrypt(...rest) {
  try {
    return gcmDecrypt(ALGORITHM, ...rest)
  } catch (error) {
    // Only the tag reveals a wrong key or a changed record.
    throw failures.tampered(error)
  }
}

/**
 * The associated data: the header and the id.
 * @param {string} header
 * @param {Value} id
 */
function bound(header, id) {
  return Buffer.concat([Buffer.from(header), marked(id)])
}

/**
 * The bytes of a value, after the byte for its kind.
 * @param {Value} value
 */
function marked(value) {
  const isText = typeof value === 'string'
  return Buffer.concat([Buffer.from([isText ? TEXT : BSON]), isText ? Buffer.from(value) : value])
}

/**
 * The value that was passed to `marked`.
 * @param {Buffer} plain
 * @returns {Value}
 */
function valueOf(plain) {
  const [kind, bytes] = [plain[0], plain.subarray(1)]
  try {
    if (kind === TEXT) return textOf(bytes)
    if (kind === BSON) return checkDocument(bytes)
  } catch (error) {
    throw failures.unreadable(error)
  }
  throw failures.unreadable()
}

module.exports = { Envelope }
