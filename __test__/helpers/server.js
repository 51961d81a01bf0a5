'use strict'

// MongoDB servers for a test file: the shared server of the run, or its own server, which its tests may kill.

const { randomBytes } = require('node:crypto')
const { after, before } = require('node:test')
const { MongoClient } = require('mongodb')

/** Adds parameters to a connection string. */
function withParameters(url, parameters) {
  return `${url}${url.includes('?') ? '&' : '?'}${new URLSearchParams(parameters)}`
}

/**
 * The shared server of the run (TEST_MONGO_URL). Without one it starts a new server, so a test file also runs alone.
 * Resolves with
 *
 * - `url(name)`: the connection string with the database `name`;
 * - `client`: a connected MongoClient of the `mongodb` driver;
 * - `db(name)`: its database `name`;
 * - `freshDb()`: an unused database name;
 * - `close()`: drops the databases requested through url, db and freshDb, and closes the client.
 */
async function testServer() {
  const { startServer, withDatabase } = await import('../../scripts/mongod.mjs')
  const own = process.env.TEST_MONGO_URL ? undefined : await startServer()
  const uri = own?.uri ?? process.env.TEST_MONGO_URL
  const client = new MongoClient(uri)
  await client.connect()

  const databases = new Set()
  const noted = (name) => {
    databases.add(name)
    return name
  }
  return {
    client,
    url: (name) => withDatabase(uri, noted(name)),
    db: (name) => client.db(noted(name)),
    freshDb: () => noted(`test-${process.pid}-${randomBytes(6).toString('hex')}`),
    async close() {
      try {
        if (!own) await Promise.all([...databases].map((name) => client.db(name).dropDatabase()))
      } finally {
        await client.close()
        await own?.stop()
      }
    },
  }
}

/** For a whole test file, called at its top. The returned object has the members of `testServer` when the tests run. */
function useServer() {
  const server = {}
  before(async () => {
    Object.assign(server, await testServer())
  })
  after(() => server.close?.())
  return server
}

/** The file's own server, as `current` when the tests run. `start` is startServer or startReplicaSet of mongod.mjs. */
function useOwnServer(options, start = 'startServer') {
  const server = { current: undefined }
  before(async () => {
    const mongod = await import('../../scripts/mongod.mjs')
    server.current = await mongod[start](options)
  })
  after(() => server.current?.stop())
  return server
}

module.exports = { testServer, useOwnServer, useServer, withParameters }
