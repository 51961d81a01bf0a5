'use strict'

// Converts values of another version of the `bson` package, such as the ObjectId of another driver in the same
// application. A version refuses the values of any other. The conversion goes through extended JSON, on which all
// versions agree.

const { types } = require('node:util')

/** @typedef {{_bsontype: string, toExtendedJSON?: (options: object) => unknown, toHexString?(): string, toString(radix?: unknown): string, buffer: Uint8Array, sub_type: number, valueOf(): unknown}} BsonValue */
/** @typedef {(value: unknown) => unknown} Revive makes a value of one library from extended JSON */

/**
 * The extended JSON of the values of version 1, which can't produce it themselves.
 * @type {Record<string, ((value: BsonValue) => object) | undefined>}
 */
const OF_VERSION_1 = {
  ObjectID: (value) => ({ $oid: value.toHexString?.() }),
  Long: (value) => ({ $numberLong: value.toString() }),
  Decimal128: (value) => ({ $numberDecimal: value.toString() }),
  Double: (value) => ({ $numberDouble: String(value.valueOf()) }),
  Int32: (value) => ({ $numberInt: String(value.valueOf()) }),
  MinKey: () => ({ $minKey: 1 }),
  MaxKey: () => ({ $maxKey: 1 }),
  Binary: ({ buffer, sub_type: type }) => ({
    $binary: { base64: Buffer.from(buffer).toString('base64'), subType: type.toString(16).padStart(2, '0') },
  }),
}

/**
 * Whether a library has refused a value because another version made it.
 * @param {unknown} error
 */
function isOfOtherVersion(error) {
  const { name, message } = /** @type {Error} */ (error)
  return name === 'BSONVersionError' || /invalid _bsontype/.test(message)
}

/**
 * Copies a value, and converts the values of other versions in it to those of one library.
 * @param {unknown} value
 * @param {Revive} revive of that library
 * @param {object[]} [above] what the value is in
 * @returns {unknown}
 */
function bringOver(value, revive, above = []) {
  if (value === null || typeof value !== 'object') return value
  if (above.includes(value)) throw new TypeError('The session has a circular reference')
  const next = (/** @type {unknown} */ inner) => bringOver(inner, revive, [...above, value])
  const { _bsontype: type, toBSON } = /** @type {Partial<BsonValue> & {toBSON?: unknown}} */ (value)
  if (typeof type === 'string') return revive(extendedJson(/** @type {BsonValue} */ (value), type))
  if (typeof toBSON === 'function') return next(toBSON.call(value))
  if (Array.isArray(value)) return value.map(next)
  if (types.isMap(value)) return new Map([...value].map(([key, inner]) => [key, next(inner)]))
  const tag = Object.prototype.toString.call(value)
  if (tag !== '[object Object]') return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, next(inner)]))
}

/**
 * @param {BsonValue} value
 * @param {string} type
 */
function extendedJson(value, type) {
  return value.toExtendedJSON
    ? value.toExtendedJSON({ relaxed: false, legacy: false })
    : (OF_VERSION_1[type]?.(value) ?? value)
}

module.exports = { bringOver, isOfOtherVersion }
