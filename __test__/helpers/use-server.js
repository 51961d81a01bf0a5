'use strict'

// A server for a whole test file, there from the first test to the last.

const { after, before } = require('node:test')
const { testServer } = require('./server.js')

/** To be called at the top of a test file; what `testServer` gives is in the object when the tests run. */
function useServer() {
  const server = {}
  before(async () => {
    Object.assign(server, await testServer())
  })
  after(() => server.close?.())
  return server
}

/** The same for a server of the file's own, which its tests may kill: `start` is e.g. startServer of mongod.mjs. */
function useOwnServer(options, start = 'startServer') {
  const server = { current: undefined }
  before(async () => {
    const mongod = await import('../../scripts/mongod.mjs')
    server.current = await mongod[start](options)
  })
  after(() => server.current?.stop())
  return server
}

module.exports = { useServer, useOwnServer }
