'use strict'

// Values that are not text, as they cross to a cipher and back: the BSON of a document with one member.

const bson = require('../../common/bson.js')
const { failures } = require('./failures.js')

/** @import { Value } from '../../common/native.js' */

/** The bytes of an empty document: its length, and its end. */
const EMPTY = 5

/**
 * Returns the bytes if they are framed as a document that is not empty.
 * @param {Uint8Array} bytes
 */
function checkDocument(bytes) {
  const { length } = bytes
  if (length <= EMPTY || lengthIn(bytes) !== length || bytes[length - 1] !== 0)
    throw failures.malformed('A value of the store')
  return bytes
}

/** @param {Uint8Array} bytes */
function lengthIn({ buffer, byteOffset, byteLength }) {
  return new DataView(buffer, byteOffset, byteLength).getInt32(0, true)
}

/**
 * The JSON text in a document that JavaScript passed instead of the text.
 * @param {Uint8Array} bytes
 */
function jsonIn(bytes) {
  const [json] = Object.values(bson.decode(bytes))
  if (typeof json !== 'string') throw failures.malformed('A session to be encrypted')
  return json
}

/**
 * Text that JavaScript is to parse.
 * @param {string} json
 * @returns {Value}
 */
function asJson(json) {
  return bson.encode({ json })
}

/**
 * A record that an adapter in JavaScript decrypts.
 * @param {string} stored
 * @returns {Value}
 */
function asStored(stored) {
  return bson.encode({ stored })
}

module.exports = { asJson, asStored, checkDocument, jsonIn }
