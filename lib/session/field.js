'use strict'

// Converts a value of a document to the form in which it crosses to a carrier: text as it is, anything else as the BSON
// of a document around it.

const { types } = require('node:util')
const bson = require('../common/bson.js')

/** @import { Value } from '../common/native.js' */

/**
 * @param {unknown} value
 * @returns {Value}
 */
function wrap(value) {
  return typeof value === 'string' ? value : bson.encode({ session: value })
}

/** @param {Value | undefined} value */
function unwrap(value) {
  return types.isUint8Array(value) ? bson.decode(value).session : value
}

module.exports = { wrap, unwrap }
