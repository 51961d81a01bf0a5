'use strict'

// The kinds of option values, and the check of a value. `null` and `undefined` mean that an option is not given.

/**
 * A description for messages, and the test of a value.
 * @typedef {[wanted: string, fits: (value: unknown) => boolean]} Kind
 */

/** @satisfies {Record<string, Kind>} */
const KINDS = {
  string: ['a string', (value) => typeof value === 'string'],
  name: ['a non-empty string', (value) => typeof value === 'string' && value !== '' && !value.includes('\0')],
  boolean: ['true or false', (value) => typeof value === 'boolean'],
  function: ['a function', (value) => typeof value === 'function'],
  object: ['an object', (value) => typeof value === 'object' || typeof value === 'function'],
  // Numbers as text also work in connect-mongo. They come from environment variables.
  number: ['a finite number', isNumber],
  port: ['a port', (value) => /^\d{1,5}$/.test(String(value))],
  nodes: ['a number of nodes or a string', (value) => ['number', 'string'].includes(typeof value)],
  conflict: [
    "'merge', 'error' or a function",
    (value) => typeof value === 'function' || value === 'merge' || value === 'error',
  ],
  any: ['anything', () => true],
}

/** @typedef {keyof typeof KINDS} KindName */

/** @param {unknown} value */
function isNumber(value) {
  const isText = typeof value === 'string' && value.trim() !== ''
  return (isText || typeof value === 'number') && Number.isFinite(Number(value))
}

/** @param {unknown} value */
const isGiven = (value) => value !== undefined && value !== null

/**
 * Checks the value of one option.
 * @param {string} name
 * @param {KindName} kind
 * @param {unknown} value
 * @param {(value: unknown) => string} [describe] describes the wrong value, for the message
 * @throws {TypeError} that names the option
 */
function checkKind(name, kind, value, describe = () => '') {
  const [wanted, fits] = KINDS[kind]
  if (isGiven(value) && !fits(value)) throw new TypeError(`The option ${name} must be ${wanted}${describe(value)}`)
}

module.exports = { checkKind, isGiven }
