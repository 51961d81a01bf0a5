'use strict'

// Loads packages that the application may or may not have installed. They are looked up from this package first, then
// from the program: the two differ under linked and hoisted layouts.

const { createRequire } = require('node:module')
const path = require('node:path')

/** The files from which a package is looked up. */
function starts() {
  const main = require.main?.filename
  return [__filename, main, manifest()].filter((file) => file !== undefined)
}

/** The manifest in the working directory; undefined when that was removed. */
function manifest() {
  try {
    return path.join(process.cwd(), 'package.json')
  } catch {
    return undefined
  }
}

/**
 * Loads a package of the application, or, with `owner`, the copy that another package of the application uses.
 *
 * The caller knows the package, and says by `T` which part of it is used.
 * @template T
 * @param {string} name
 * @param {string} [owner]
 * @returns {T | null} null when the package is not installed
 */
function fromApplication(name, owner) {
  for (const start of starts()) {
    try {
      const from = createRequire(start)
      return owner ? createRequire(from.resolve(owner))(name) : from(name)
    } catch (error) {
      const { code } = /** @type {NodeJS.ErrnoException} */ (error)
      if (code !== 'MODULE_NOT_FOUND' && code !== 'ERR_PACKAGE_PATH_NOT_EXPORTED') throw error
    }
  }
  return null
}

module.exports = { fromApplication }
