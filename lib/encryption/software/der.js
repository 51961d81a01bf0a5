'use strict'

// The container of kruptein 3: a DER sequence of octet strings. The decoder accepts only what the encoder writes.

const { failures } = require('./failures.js')

const SEQUENCE = 0x30
const OCTETS = 0x04
/** From this value on, the first byte of a length says how many more bytes the length has. */
const LONG = 0x80
const MOST_DIGITS = 4

/** @param {Uint8Array[]} members */
function encode(members) {
  return element(SEQUENCE, Buffer.concat(members.map((member) => element(OCTETS, member))))
}

/**
 * @param {number} kind
 * @param {Uint8Array} value
 */
function element(kind, value) {
  return Buffer.concat([Buffer.from([kind, ...lengthOf(value.length)]), value])
}

/** @param {number} length */
function lengthOf(length) {
  if (length < LONG) return [length]
  const digits = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) digits.unshift(rest % 256)
  return [LONG + digits.length, ...digits]
}

/**
 * The members of a container.
 * @param {Buffer} container
 */
function decode(container) {
  const [content, after] = take(container, SEQUENCE)
  if (after.length > 0) throw failures.unreadable()
  const members = []
  for (let rest = content; rest.length > 0; ) {
    const [member, behind] = take(rest, OCTETS)
    members.push(member)
    rest = behind
  }
  return members
}

/**
 * The first value, and the rest.
 * @param {Buffer} bytes
 * @param {number} kind
 */
function take(bytes, kind) {
  const [found, first] = bytes
  if (bytes.length < 2 || found !== kind) throw failures.unreadable()
  const count = first < LONG ? 0 : first - LONG
  const start = 2 + count
  const length = first < LONG ? first : longLength(bytes.subarray(2, start), count)
  if (bytes.length < start + length) throw failures.unreadable()
  return [bytes.subarray(start, start + length), bytes.subarray(start + length)]
}

/**
 * A length in the long form: without a leading zero, and only if the short form can't express it.
 * @param {Buffer} digits
 * @param {number} count the expected number of digits
 */
function longLength(digits, count) {
  if (digits.length < count || count === 0 || count > MOST_DIGITS || digits[0] === 0) throw failures.unreadable()
  const length = digits.readUIntBE(0, count)
  if (length < LONG) throw failures.unreadable()
  return length
}

module.exports = { decode, encode }
