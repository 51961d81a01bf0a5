'use strict'

// Other generations of the driver, as dependencies of packages that the tests use anyway.

const { createRequire } = require('node:module')
const path = require('node:path')

const OWNERS = { 2: 'connect-mongo-1', 3: 'connect-mongo-3', 6: '../../package.json', 7: 'mongodb-memory-server-core' }

const from = (version) => createRequire(require.resolve(OWNERS[version]))

/** The folder where a version is installed. */
function folderOf(version) {
  return path.dirname(from(version).resolve('mongodb/package.json'))
}

/** The `mongodb` package by major version, loaded on first use because old versions print warnings. */
const DRIVERS = {}
for (const version of Object.keys(OWNERS)) {
  Object.defineProperty(DRIVERS, version, { enumerable: true, get: () => from(version)('mongodb') })
}

module.exports = { DRIVERS, folderOf }
