'use strict'

// Certificates and keys that were given as values, in files that the addon can open and nobody else: on Linux without a
// name, so that nothing of them is left behind however the process ends; elsewhere in a folder that goes with the process.

const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')

/** The path of each text that was asked for. */
const files = new Map()
/** Another way to a file that is open, if the system has one. */
function nameless(descriptor, text) {
  const found = `/proc/self/fd/${descriptor}`
  try {
    // Not every runtime numbers its files as the system does.
    return fs.readFileSync(found, 'latin1') === text ? found : undefined
  } catch {
    return undefined
  }
}

/**
 * A file of this process with the text in it; the same one for the same text.
 * @param {string} text of ASCII characters, as PEM is
 * @returns {string} its path
 */
function privateFile(text) {
  if (!files.has(text)) files.set(text, write(text))
  return files.get(text)
}

function write(text) {
  // Only the user may enter it.
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
