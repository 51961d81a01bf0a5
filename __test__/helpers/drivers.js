'use strict'

// Drivers of other generations, as they are installed with packages that the tests use anyway.

const { createRequire } = require('node:module')
const path = require('node:path')

const OWNERS = { 2: 'connect-mongo-1', 3: 'connect-mongo-3', 6: '../../package.json', 7: 'mongodb-memory-server-core' }

const from = (version) => createRequire(require.resolve(OWNERS[version]))

/** The folder in which a version is installed. */
function folderOf(version) {
  return path.dirname(from(version).resolve('mongodb/package.json'))
}

/** The `mongodb` package of a major version; loaded when it is asked for, since old ones print warnings. */
const DRIVERS = {}
for (const version of Object.keys(OWNERS)) {
  Object.defineProperty(DRIVERS, version, { enumerable: true, get: () => from(version)('mongodb') })
}

module.exports = { DRIVERS, folderOf }
