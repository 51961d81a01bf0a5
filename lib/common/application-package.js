'use strict'

// Loads packages that the application may have installed. It looks them up from the program first, then from the
// working directory, and last from this package. The folders differ in linked and hoisted layouts, and this package may
// have its own copy.

const { createRequire } = require('node:module')
const path = require('node:path')

/** The files and folders from which to look up a package. */
function starts() {
  const program = process.argv[1]
  return [
    require.main?.filename, // no module is the main one if the program is an ES module
    // It can be a folder, as in `node .`. With the slash, a folder finds what is in it, and a file what is next to it.
    program && path.join(path.resolve(program), path.sep),
    manifest(),
    typeof __filename === 'string' ? __filename : undefined, // bundles of ES modules have none
  ].filter((start) => start !== undefined)
}

/** The manifest in the working directory; undefined if that has been removed. */
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
 * The caller knows the package, and declares with `T` the part that it uses.
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
