'use strict'

// Runs the tests of the methods, of bad sessions, the options, the order of operations and the connection's lifecycle again, with
// stores that use a client of the application instead of the addon.

const { after, before } = require('node:test')
const { readdirSync } = require('node:fs')
const path = require('node:path')

process.env.TEST_THROUGH = 'client'

/** The options that do not concern the connection. */
const OPTIONS = [
  'autoRemove',
  'autoRemoveInterval',
  'collectionName',
  'dbName',
  'defaultExpirationTime',
  'hash',
  'serialize',
  'stringify',
  'timestamps',
  'touchAfter',
  'transformId',
  'ttl',
  'unserialize',
  'writeOperationOptions',
]

// All of these files share one server, even if this file runs alone.
let server
before(async () => {
  if (process.env.TEST_MONGO_URL) return
  const { startServer } = await import('../../../scripts/mongod.mjs')
  server = await startServer()
  process.env.TEST_MONGO_URL = server.uri
})
after(() => server?.stop())

for (const folder of ['api/methods', 'api/no-way-in']) {
  for (const name of readdirSync(path.join(__dirname, '..', '..', folder))) require(`../../${folder}/${name}`)
}
for (const name of OPTIONS) require(`../../options/${name}.test.js`)
for (const name of ['order', 'sizes']) require(`../../engine/${name}.test.js`)
for (const name of ['closing', 'interval', 'outages', 'step-down', 'ttl-index']) require(`../${name}.test.js`)
