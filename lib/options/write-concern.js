'use strict'

// Converts the option `writeOperationOptions` to the addon's terms.

const { isGiven } = require('./kinds.js')
const { warnOnce } = require('../common/warn.js')
const { theOptions } = require('../common/words.js')

/** @import { WriteConcern } from '../common/native.js' */
/** @import { WriteOperationOptions } from './table.js' */

/**
 * The write concern of a store's writes; undefined means the connection's.
 * @param {WriteOperationOptions} [given]
 * @returns {WriteConcern | undefined}
 * @throws {TypeError} that names the option
 */
function writeConcernOf(given) {
  if (!given) return undefined
  const { w, j, journal = j, wtimeout, wtimeoutMS = wtimeout, ...others } = given.writeConcern ?? given
  const unknown = Object.keys(others)
  if (unknown.length > 0) {
    const names = unknown.map((name) => `writeOperationOptions.${name}`)
    warnOnce(`${theOptions(names, 'has', 'have')} no effect. Use w, j and wtimeout`, 'MONGO_STORE_OPTION')
  }
  /** @type {WriteConcern} */
  const concern = {}
  if (isGiven(w)) {
    if (typeof w !== 'string' && !isWhole(w)) throw wrong('w', 'a number of nodes or a string')
    concern.w = String(w)
  }
  if (journal !== undefined && journal !== null) {
    if (typeof journal !== 'boolean') throw wrong('j', 'true or false')
    concern.journal = journal
  }
  if (wtimeoutMS !== undefined && wtimeoutMS !== null) {
    if (!isWhole(wtimeoutMS)) throw wrong('wtimeout', 'a whole number of milliseconds')
    concern.wtimeoutMs = wtimeoutMS
  }
  return Object.keys(concern).length > 0 ? concern : undefined
}

/**
 * @param {unknown} value
 * @returns {value is number}
 */
function isWhole(value) {
  return Number.isInteger(value) && Number(value) >= 0
}

/**
 * @param {string} name
 * @param {string} wanted
 */
function wrong(name, wanted) {
  return new TypeError(`The option writeOperationOptions.${name} must be ${wanted}`)
}

module.exports = { writeConcernOf }
