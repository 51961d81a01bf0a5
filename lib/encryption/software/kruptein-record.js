'use strict'

// Parses a record of kruptein in any of its forms. It accepts only what kruptein would write.

const { BLOCK, ENCODINGS, TAG } = require('../formats.js')
const der = require('./der.js')
const { failures } = require('./failures.js')
const { decode, isGcm } = require('./primitives.js')
const { bufferOf, parseMembers } = require('./strict-json.js')

/** @import { KrupteinFormat } from './kruptein.js' */

/**
 * @typedef {object} KrupteinRecord
 * @property {Form} form
 * @property {Buffer} text the cipher text
 * @property {Buffer} authenticated the part of it that the HMAC covers
 * @property {Buffer} mac
 * @property {Buffer} iv
 * @property {Buffer} salt
 * @property {Buffer} tag
 * @property {Buffer} associated
 */

/** @typedef {'early' | 'texts' | 'bytes'} Form JSON, as in 2.2.3; texts in DER, as in 3.0.0 to 3.3.0; bytes, as in 3.4.0 */

const NONE = Buffer.alloc(0)

/**
 * @param {string} stored
 * @param {KrupteinFormat} format
 * @returns {KrupteinRecord}
 */
function parseRecord(stored, format) {
  const record = stored.startsWith('{') ? parseJson(stored, format) : parseContainer(stored, format)
  const { tag, associated, iv, mac } = record
  const fits = isGcm(format.algorithm)
    ? tag.length === TAG
    : tag.length === 0 && associated.length === 0 && iv.length === BLOCK
  if (!fits || mac.length !== format.macLength) throw failures.unreadable()
  return record
}

/**
 * @param {string} stored
 * @param {KrupteinFormat} format
 * @returns {KrupteinRecord}
 */
function parseContainer(stored, format) {
  const members = der.decode(decodeContainer(stored))
  if (members.length !== 4 && members.length !== 6) throw failures.unreadable()
  const [text, mac, iv, salt, tag = NONE, associated = NONE] = members
  if (mac.length === format.macLength)
    return { form: 'bytes', text, authenticated: text, mac, iv, salt, tag, associated }
  const encoding = encodingOf(mac.length, format)
  const bytesOf = (/** @type {Buffer} */ member) => decode(member.toString('latin1'), encoding)
  return {
    form: 'texts',
    text: bytesOf(text),
    authenticated: text,
    mac: bytesOf(mac),
    iv,
    salt,
    tag,
    associated: bytesOf(associated),
  }
}

/**
 * The bytes of a container. A sequence begins with 0x30, which is `30` in hexadecimal, and gives `M` as the first
 * letter in base64.
 * @param {string} stored
 */
function decodeContainer(stored) {
  if (stored.startsWith('30')) return decode(stored, 'hex')
  return decode(stored, /[-_]/.test(stored) || stored.length % 4 !== 0 ? 'base64url' : 'base64')
}

/**
 * @param {string} stored
 * @param {KrupteinFormat} format
 * @returns {KrupteinRecord}
 */
function parseJson(stored, format) {
  const { hmac, ct, iv, salt, aad, at } = parseMembers(stored, ['hmac', 'ct', 'iv', 'salt', 'aad', 'at'])
  if (typeof hmac !== 'string' || typeof ct !== 'string') throw failures.unreadable()
  const encoding = encodingOf(hmac.length, format)
  const bytesOf = (/** @type {unknown} */ member) =>
    typeof member === 'string' ? decode(member, encoding) : bufferOf(member)
  const optional = (/** @type {unknown} */ member) => (member === undefined || member === null ? NONE : bytesOf(member))
  if (typeof aad === 'object' && aad !== null) throw failures.unreadable()
  const text = decode(ct, encoding)
  const isEarly = typeof iv !== 'string'
  return {
    form: isEarly ? 'early' : 'bytes',
    text,
    authenticated: isEarly ? Buffer.from(ct) : text,
    mac: decode(hmac, encoding),
    iv: bytesOf(iv),
    salt: bytesOf(salt),
    tag: optional(at),
    associated: optional(aad),
  }
}

/**
 * The encoding of the texts in a record, according to the length of its HMAC. So records stay readable when the option
 * changes.
 * @param {number} length of the HMAC as text
 * @param {KrupteinFormat} format
 */
function encodingOf(length, { encoding: preferred, macLength }) {
  const mac = Buffer.alloc(macLength)
  const found = [preferred, ...ENCODINGS].find((encoding) => mac.toString(encoding).length === length)
  if (found === undefined) throw failures.unreadable()
  return found
}

module.exports = { parseRecord }
