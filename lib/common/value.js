'use strict'

// Values of documents in the form in which they cross to a carrier.

const { types } = require('node:util')

/** @import { Value } from './native.js' */

/**
 * Whether two values are the same, byte for byte.
 * @param {Value | undefined} one
 * @param {Value | undefined} other
 */
function isSame(one, other) {
  return one === other || (types.isUint8Array(one) && types.isUint8Array(other) && Buffer.compare(one, other) === 0)
}

module.exports = { isSame }
