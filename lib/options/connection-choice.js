'use strict'

// Finds the one given option that names the connection, and says what is wrong if there is none or more than one.

const { theOptions } = require('../common/words.js')
const { warnOnce } = require('../common/warn.js')
const { fromParts, partsIn } = require('./connection-parts.js')
const { isGiven } = require('./kinds.js')
const { CONNECTIONS, OPTIONS } = require('./table.js')

/** @import { ConnectionOptions } from '../settings/target.js' */
/** @import { Options, StyleName } from './table.js' */

/** Names that people use for a connection string, in lower case. */
const MEANT = /^(mongo|mongodb|mongoose|db|database|connection|conn)*(url|uri|string)$|^(mongo|mongodb)$/

/**
 * @typedef {object} Choice
 * @property {Options} options with `mongoOptions` instead of its older name, and a connection string instead of
 *   its parts
 * @property {ConnectionOptions} connection the one option that names the connection, and those that belong to it
 */

/**
 * @param {Options} given
 * @param {StyleName} style
 * @returns {Choice}
 * @throws {Error} when no option names a connection
 */
function chooseConnection(given, style) {
  const { advancedOptions, mongoOptions } = given
  const takesAdvanced = isGiven(advancedOptions) && Object.keys(mongoOptions ?? {}).length === 0
  const options = takesAdvanced ? { ...given, mongoOptions: advancedOptions } : given
  const [chosen, ...unused] = CONNECTIONS[style].filter((name) => isConnection(name, options))
  const parts = partsIn(options)
  const database = typeof options.db === 'string' && options.db !== '' ? ['db'] : []
  if (chosen) {
    warnOfUnused([...unused, ...parts, ...database], chosen, database.length > 0)
    return { options, connection: connectionBy(chosen, options) }
  }
  if (parts.length === 0 && database.length === 0) throw noConnection(options, style)
  if (style === 'factory') {
    const whole = fromParts(options)
    return { options: whole, connection: connectionBy('url', whole) }
  }
  throw new Error(
    `${theOptions([...parts, ...database], 'cannot')} make a connection. Use mongoUrl, such as mongodb://user:password@host:27017/database`,
  )
}

/**
 * @param {string} name
 * @param {Options} options
 */
function isConnection(name, options) {
  const value = /** @type {Record<string, unknown>} */ (options)[name]
  // In connect-mongo 0.x, `db` was the name of a database.
  return Boolean(value) && !(name === 'db' && typeof value === 'string')
}

/**
 * @param {string} chosen
 * @param {Options} options
 * @returns {ConnectionOptions}
 */
function connectionBy(chosen, options) {
  const { mongoOptions, dbName } = options
  return { [chosen]: /** @type {Record<string, unknown>} */ (options)[chosen], mongoOptions, dbName }
}

/**
 * @param {string[]} names
 * @param {string} chosen
 * @param {boolean} hasDatabase whether the name of a database is among them
 */
function warnOfUnused(names, chosen, hasDatabase) {
  if (names.length === 0) return
  const hint = hasDatabase ? '. The name of the database is the option dbName' : ''
  warnOnce(`${theOptions(names, 'has', 'have')} no effect beside ${chosen}${hint}`, 'MONGO_STORE_OPTION')
}

/**
 * @param {Options} options
 * @param {StyleName} style
 */
function noConnection(options, style) {
  const hint = whatWasMeant(options, style)
  if (style === 'factory') return new Error(`Connection strategy not found${hint && `: ${hint}`}`)
  // Version 5 began with the first sentence, version 6 has the second. Tests of applications look for either.
  const { AssertionError } = require('node:assert')
  return new AssertionError({
    message: `Cannot init client. Please provide correct options: You must provide either mongoUrl|clientPromise|client in options${hint && `. ${hint}`}`,
  })
}

/**
 * What may be wrong with options that name no connection; empty if nothing looks like one. Values are not quoted.
 * @param {object} options
 * @param {StyleName} style
 */
function whatWasMeant(options, style) {
  const [wanted] = CONNECTIONS[style]
  const names = Object.keys(options)
  const misspelt = names.find((name) => !(name in OPTIONS) && looksLikeUrl(name))
  if (misspelt !== undefined) return `The option ${misspelt} is unknown: did you mean ${wanted}?`
  const empty = CONNECTIONS[style].find((name) => names.includes(name))
  if (empty === undefined) return ''
  const value = /** @type {Record<string, unknown>} */ (options)[empty]
  return `The option ${empty} is ${value === '' ? 'an empty string' : value}`
}

/**
 * Whether people use a name for a connection string.
 * @param {string} name
 */
function looksLikeUrl(name) {
  return MEANT.test(name.replace(/[^a-z]/gi, '').toLowerCase())
}

module.exports = { chooseConnection, looksLikeUrl }
