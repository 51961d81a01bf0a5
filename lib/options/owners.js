'use strict'

// Leaves out the options that belong to the other style of connect-mongo. The genuine package of a style ignores them,
// and many applications still pass them. Acting on one would change documents, ids or collections of live sessions.

const { theOptions } = require('../common/words.js')
const { warnOnce } = require('../common/warn.js')
const { CONNECTIONS, OLDER_FORMATS, OPTIONS } = require('./table.js')

/** @import { Options, StyleName } from './table.js' */

/** The name of each style in messages. */
const STORES = {
  modern: 'MongoStore.create() and new MongoStore(), as in connect-mongo 4 to 6',
  factory: "a store of the factory's class, as in connect-mongo 0.8 to 3",
}

/**
 * Returns the options that count in a style, with a warning for each one that is left out.
 * @param {Options} options
 * @param {StyleName} style
 * @param {boolean} isQuiet whether the options may be those of a whole session
 * @returns {Options}
 */
function ownOptions(options, style, isQuiet) {
  const others = Object.entries(OPTIONS).filter(
    ([name, [, owner]]) => owner && owner !== style && !isShared(name, options),
  )
  /** @type {Record<string, unknown>} */
  const own = { ...options }
  for (const [name, [, , instead]] of others) {
    delete own[name]
    // A false value requests nothing.
    if (isQuiet || !(/** @type {Record<string, unknown>} */ (options)[name])) continue
    const hint = instead ? `. Use ${instead}` : ''
    warnOnce(`${theOptions([name], 'has', 'have')} no effect in ${STORES[style]}${hint}`, 'MONGO_STORE_OPTION')
  }
  return /** @type {Options} */ (own)
}

/**
 * Whether an option counts in both styles: a connection, if the style's own connection options are missing, and the
 * formats beside `encryption`, which no connect-mongo has.
 * @param {string} name
 * @param {Options} options
 */
function isShared(name, { encryption }) {
  return CONNECTIONS.modern.includes(name) || (Boolean(encryption) && OLDER_FORMATS.includes(name))
}

module.exports = { ownOptions }
