'use strict'

// Loads packages that the application may or may not have installed. They are looked up from the program first, then from
// the working folder, and last from this package: the folders differ in linked and hoisted layouts, and this package may
// have a copy of its own.

const { createRequire } = require('node:module')
const path = require('node:path')

/** The files and folders from which a package is looked up. */
function starts() {
  const program = process.argv[1]
  return [
    require.main?.filename, // no module is the main one if the program is an ES module
    // It can be a folder, as in `node .`: with the slash, both a file and a folder find what is in or beside them.
    program && path.join(path.resolve(program), path.sep),
    manifest(),
    typeof __filename === 'string' ? __filename : undefined, // bundles of ES modules have none
  ].filter((start) => start !== undefined)
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
