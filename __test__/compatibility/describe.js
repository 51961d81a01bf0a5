'use strict'

// Converts values to plain JSON, so that they can be compared between two runs, printed, and sent between processes.
// Types that JSON lacks get a marker. A date that depends on the time of the run gets a name instead of its value.

/** A date within this distance of an expected moment counts as that moment. */
const TOLERANCE = 60_000 // ms

/** Matches a date as `JSON.stringify` writes it. */
const ISO_DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

const TWO_WEEKS = 14 * 24 * 60 * 60

/** Describes a date as text: a name if it is now, or now plus a lifetime; otherwise its ISO form. */
function describeDate(date, ttl = TWO_WEEKS) {
  if (Number.isNaN(date.getTime())) return 'invalid'
  const distance = date.getTime() - Date.now()
  if (Math.abs(distance) < TOLERANCE) return 'now'
  if (Math.abs(distance - Number(ttl) * 1000) < TOLERANCE) return 'now + ttl'
  if (Math.abs(distance - TWO_WEEKS * 1000) < TOLERANCE) return 'now + two weeks'
  return date.toISOString()
}

function describeError(error) {
  const { name, message, code } = error
  return { '<Error>': code === undefined ? { name, message } : { name, message, code } }
}

function describeObject(value, inner) {
  const described = {}
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== null && prototype.constructor?.name !== 'Object') described['<class>'] = prototype.constructor?.name
  for (const [key, member] of Object.entries(value)) described[key] = inner(member)
  return described
}

/**
 * Describes any value as JSON.
 * @param {*} value
 * @param {number} [ttl] lifetime of the store's sessions in seconds
 */
function describe(value, ttl) {
  const inner = (member) => describe(member, ttl)
  switch (typeof value) {
    case 'undefined':
      return '<undefined>'
    case 'function':
      return '<function>'
    case 'bigint':
    case 'symbol':
      return { [`<${typeof value}>`]: String(value) }
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : { '<number>': Object.is(value, -0) ? '-0' : String(value) }
    case 'object':
      break
    case 'string':
      return ISO_DATE.test(value) ? describeDate(new Date(value), ttl) : value
    default:
      return value
  }
  if (value === null) return null
  if (value instanceof Date) return { '<Date>': describeDate(value, ttl) }
  if (value instanceof Error) return describeError(value)
  if (value instanceof RegExp) return { '<RegExp>': String(value) }
  if (Array.isArray(value)) return value.map(inner)
  if (Buffer.isBuffer(value)) return { '<Buffer>': value.toString('hex') }
  // Each release of the BSON library has its own classes, and there are two spellings of ObjectId.
  if (value._bsontype === 'Binary') return { '<Binary>': value.buffer.toString('hex') }
  if (value._bsontype) return { [`<${value._bsontype.toLowerCase()}>`]: String(value) }
  if (typeof value.then === 'function') return '<promise>'
  return describeObject(value, inner)
}

/** Names the dates in a document in canonical extended JSON, in the same way as `describe`. */
function nameDates(value, ttl) {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map((member) => nameDates(member, ttl))
  if (value.$date) return { $date: describeDate(new Date(Number(value.$date.$numberLong ?? value.$date)), ttl) }
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, nameDates(member, ttl)]))
}

module.exports = { describe, nameDates }
