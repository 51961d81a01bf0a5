'use strict'

// The BSON library for values that are not text: the application's own, since its ObjectId and Decimal128 are only
// understood by the version that made them, and this package's own where there is none.

const { fromApplication } = require('./application-package.js')

let library

/** The `bson` module that the application's `mongodb` package uses, or ours, in the form of bson 4 and later. */
function bson() {
  library ??= adapt(fromApplication('bson', 'mongodb') ?? require('bson'))
  return library
}

/** A `bson` module in the form of version 4: before that it was a class, or (in 0.x) a function that gives an object. */
function adapt(module) {
  if (typeof module.serialize === 'function') return module
  const codec = typeof module === 'function' ? new module() : module.pure().BSON
  return {
    serialize: (document, options) => codec.serialize(document, options),
    deserialize: (bytes, options) => codec.deserialize(bytes, options),
  }
}

/** The BSON of a document, as the `mongodb` package encodes it: `undefined` as null, without functions. */
function encode(document) {
  return bson().serialize(document, { ignoreUndefined: false, serializeFunctions: false, checkKeys: false })
}

/** A document from its BSON, as the `mongodb` package decodes it by default. */
function decode(bytes) {
  return bson().deserialize(bytes, { promoteLongs: true, promoteValues: true, promoteBuffers: false })
}

module.exports = { adapt, encode, decode }
