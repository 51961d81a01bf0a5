'use strict'

// Loads packages that the application may or may not have installed. They are looked up from the program first, then from
// this package: the two differ under linked and hoisted layouts, and where this package has a copy of its own.

const { createRequire } = require('node:module')
const path = require('node:path')

/** The files from which a package is looked up. */
function starts() {
  const main = require.main?.filename
  const manifest = path.join(process.cwd(), 'package.json')
  return main ? [main, manifest, __filename] : [manifest, __filename]
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
