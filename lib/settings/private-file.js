'use strict'

// Writes certificates and keys that were given as values to files, because the addon reads them from files. On Linux
// the files have no name, so nothing is left behind, however the process ends. Elsewhere the process removes their
// folder when it exits.

const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')

/**
 * The path of the file of each text.
 * @type {Map<string, string>}
 */
const files = new Map()

/**
 * A path to an open file that does not need the file's name, if the system has such paths.
 * @param {number} descriptor
 * @param {string} text of the file
 */
function nameless(descriptor, text) {
  const found = `/proc/self/fd/${descriptor}`
  try {
    // Not every runtime uses the file descriptors of the system.
    return fs.readFileSync(found, 'latin1') === text ? found : undefined
  } catch {
    return undefined
  }
}

/**
 * Writes a text to a file of this process. The same text gets the same file.
 * @param {string} text of ASCII characters, as PEM is
 * @returns {string} its path
 */
function privateFile(text) {
  const known = files.get(text)
  if (known !== undefined) return known
  const file = write(text)
  files.set(text, file)
  return file
}

/** @param {string} text */
function write(text) {
  // Only this user may open the folder.
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'connect-mongo-native-'))
  const remove = () => fs.rmSync(folder, { recursive: true, force: true })
  const named = path.join(folder, 'tls.pem')
  const descriptor = fs.openSync(named, 'wx+', 0o600)
  fs.writeSync(descriptor, text, 0, 'latin1')
  const found = nameless(descriptor, text)
  if (found) remove()
  else {
    fs.closeSync(descriptor)
    process.once('exit', remove)
  }
  return found ?? named
}

module.exports = { privateFile }
