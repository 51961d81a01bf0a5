'use strict'

// Packages that the application may or may not have installed. They are looked for where this package is, then where
// the program is, which differ under linked and hoisted layouts.

const { createRequire } = require('node:module')
const path = require('node:path')

function starts() {
  const main = require.main?.filename
  return [__filename, main, path.join(process.cwd(), 'package.json')].filter(Boolean)
}

/**
 * Loads a package of the application, or, with `owner`, the copy that another package of the application uses.
 * @returns the module, or null when it is not installed
 */
function fromApplication(name, owner) {
  for (const start of starts()) {
    try {
      const from = createRequire(start)
      return owner ? createRequire(from.resolve(owner))(name) : from(name)
    } catch (error) {
      if (error.code !== 'MODULE_NOT_FOUND' && error.code !== 'ERR_PACKAGE_PATH_NOT_EXPORTED') throw error
    }
  }
  return null
}

module.exports = { fromApplication }
