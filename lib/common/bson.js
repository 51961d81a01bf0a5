'use strict'

// BSON for values that are not text. It uses the application's own library, because only the version that made an
// ObjectId or a Decimal128 understands it. If the application has none, it uses this package's library.

const { fromApplication } = require('./application-package.js')
const { checkSize } = require('./errors.js')

/**
 * The part of a `bson` module that is used here, as in version 4 and later.
 * @typedef {object} Library
 * @property {(document: object, options?: object) => Uint8Array} serialize
 * @property {(bytes: Uint8Array, options?: object) => Record<string, unknown>} deserialize
 * @property {{deserialize(value: any, options?: object): unknown}} [EJSON]
 */

/**
 * A `bson` module of any version: a library, a class of libraries, or (in 0.x) a function that returns one.
 * @typedef {Library | (new () => Library) | { pure(): { BSON: Library } }} BsonModule
 */

/** @type {Library | undefined} */
let library

/** The `bson` module that the application's `mongodb` package uses, or else ours. */
function bson() {
  library ??= adapt(fromApplication('bson', 'mongodb') ?? /** @type {Library} */ (require('bson')))
  return library
}

/**
 * A `bson` module, adapted to the interface of version 4.
 * @param {BsonModule} module
 * @returns {Library}
 */
function adapt(module) {
  if ('serialize' in module && typeof module.serialize === 'function') return module
  const codec =
    typeof module === 'function' ? new module() : /** @type {{ pure(): { BSON: Library } }} */ (module).pure().BSON
  return {
    serialize: (document, options) => codec.serialize(document, options),
    deserialize: (bytes, options) => codec.deserialize(bytes, options),
  }
}

/**
 * Encodes a document as BSON, as the `mongodb` package does: `undefined` becomes null, functions are left out.
 * @param {object} document
 */
function encode(document) {
  const { EJSON, serialize } = bson()
  const options = { ignoreUndefined: false, serializeFunctions: false, checkKeys: false }
  try {
    const bytes = serialize(document, options)
    // The library fills a buffer of 17 MB. What would come after it is not in the result, which has other bytes there.
    checkSize(bytes.length)
    return bytes
  } catch (error) {
    // Loaded when a value is refused, which never happens in most applications.
    const { bringOver, isOfOtherVersion } = require('./foreign-bson.js')
    if (!EJSON || !isOfOtherVersion(error)) throw error
    const revive = (/** @type {unknown} */ value) => EJSON.deserialize(value, { relaxed: false })
    return serialize(/** @type {object} */ (bringOver(document, revive)), options)
  }
}

/**
 * Decodes a document from BSON, as the `mongodb` package does by default.
 * @param {Uint8Array} bytes
 */
function decode(bytes) {
  return bson().deserialize(bytes, { promoteLongs: true, promoteValues: true, promoteBuffers: false })
}

module.exports = { adapt, encode, decode }
