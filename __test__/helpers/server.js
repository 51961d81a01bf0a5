'use strict'

// A MongoDB server for a test file, with a client that has nothing to do with the store under test. Uses the server of
// the whole run (TEST_MONGO_URL) when there is one, and starts one otherwise, so that a test file also runs by itself.

const { randomBytes } = require('node:crypto')
const { MongoClient } = require('mongodb')

/**
 * Resolves with
 *
 * - `url(name)`: the connection string with the database `name`;
 * - `client`: a connected MongoClient of the `mongodb` driver;
 * - `db(name)`: its database `name`;
 * - `freshDb()`: a database name that nobody has used;
 * - `close()`: drops the databases asked for through url, db and freshDb, and closes the client.
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

module.exports = { testServer }
