'use strict'

// The codes of the process warnings, as they are in the sources.

const fs = require('node:fs')
const path = require('node:path')
const { ROOT } = require('./child.js')

/** Every code that the package emits, in alphabetical order. */
const CODES = [
  ...new Set(sources(path.join(ROOT, 'lib')).flatMap((text) => text.match(/MONGO_STORE_[A-Z]+/g) ?? [])),
].sort()

/** The text of each file in a folder. */
function sources(folder) {
  return fs
    .readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.js'))
    .map((name) => fs.readFileSync(path.join(folder, name), 'utf8'))
}

module.exports = { CODES }
