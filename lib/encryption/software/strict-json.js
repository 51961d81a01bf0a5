'use strict'

// JSON in stored records. Only what `JSON.stringify` writes is accepted, with or without white space: no repeated
// member, and no other spelling of the same value.

const { failures, succeeds } = require('./failures.js')
const { wellFormed } = require('./primitives.js')

/**
 * The value of a JSON text.
 * @param {string} text
 * @returns {unknown}
 */
function parse(text) {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw failures.unreadable(error)
  }
}

/**
 * The value of a JSON string.
 * @param {string} json
 */
function parseText(json) {
  const text = parse(json)
  if (!isText(text)) throw failures.unreadable()
  return text
}

/**
 * The members of a JSON object.
 * @param {string} json
 * @param {string[]} names the members that it may have
 * @returns {Record<string, unknown>}
 */
function parseMembers(json, names) {
  const value = parse(json)
  if (!hasOnly(value, names) || compact(toText(value)) !== compact(json)) throw failures.unreadable()
  return value
}

/**
 * The JSON text of a value that `parse` gave.
 * @param {unknown} value
 */
function toText(value) {
  try {
    return JSON.stringify(value)
  } catch (error) {
    // `JSON.parse` takes text of any depth, and `JSON.stringify` uses up the stack.
    throw failures.unreadable(error)
  }
}

/**
 * A JSON text without white space, even in its strings. For comparisons only.
 * @param {string} json
 */
function compact(json) {
  return json.replace(/[ \t\n\r]/g, '')
}

/**
 * The bytes of a `Buffer` as Node writes it into JSON: `{"type":"Buffer","data":[…]}`.
 * @param {unknown} value
 */
function bufferOf(value) {
  if (!hasOnly(value, ['type', 'data']) || value.type !== 'Buffer' || !Array.isArray(value.data))
    throw failures.unreadable()
  const isByte = (/** @type {unknown} */ byte) => Number.isInteger(byte) && Number(byte) >= 0 && Number(byte) <= 255
  if (!value.data.every(isByte)) throw failures.unreadable()
  return Buffer.from(value.data)
}

/**
 * Whether a text is JSON.
 * @param {string} text
 */
function isJson(text) {
  return succeeds(() => parse(text))
}

/**
 * Whether a value is text that UTF-8 can represent.
 * @param {unknown} value
 * @returns {value is string}
 */
function isText(value) {
  return typeof value === 'string' && wellFormed(value) === value
}

/**
 * Whether a value is an object with no other members than these.
 * @param {unknown} value
 * @param {string[]} names
 * @returns {value is Record<string, unknown>}
 */
function hasOnly(value, names) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return Object.keys(value).every((name) => names.includes(name))
}

module.exports = { bufferOf, isJson, isText, parse, parseMembers, parseText, toText }
