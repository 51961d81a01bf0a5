'use strict'

// The processes of examples/cluster.js.

const assert = require('node:assert/strict')
const { execFile } = require('node:child_process')
const { it } = require('node:test')
const { promisify } = require('node:util')
const { connectionsOf } = require('../helpers/connections.js')
const { startExample } = require('../helpers/example-process.js')
const { useServer, withParameters } = require('../helpers/server.js')
const { visitor } = require('../helpers/visitor.js')
const { until } = require('../helpers/wait.js')

const WORKERS = 3
/** A store's share of a server's connections, with the one that watches. */
const CONNECTIONS = 4

const server = useServer()

it('all workers see a session, a crashed one is replaced, and all end cleanly', async (t) => {
  const appName = 'cluster-example'
  const mongoUrl = withParameters(server.url(server.freshDb()), { appName })
  const example = await startExample(t, ['examples/cluster.js'], { env: { MONGO_URL: mongoUrl, WORKERS } })
  const listening = () => example.output().match(/^Listening/gm).length
  await until('all workers to listen', () => listening() === WORKERS)

  const visit = visitor(example.origin)
  for (let n = 1; n <= 3 * WORKERS; n += 1) assert.equal(await visit(), n)

  // Whatever the load is, each process has its share of connections and no more.
  await Promise.all(Array.from({ length: 60 * WORKERS }, () => visitor(example.origin)()))
  const connections = await connectionsOf(server.client, appName)
  assert(connections > WORKERS, `${connections} connections`)
  assert(connections <= CONNECTIONS * WORKERS, `${connections} connections`)

  const { stdout } = await promisify(execFile)('ps', ['-o', 'pid=', '--ppid', `${example.child.pid}`])
  process.kill(Number.parseInt(stdout, 10), 'SIGKILL') // the first worker
  await until('a worker in its place', () => listening() === WORKERS + 1)
  assert.equal(await visit(), 3 * WORKERS + 1)

  assert.deepEqual(await example.stop(), { code: 0, signal: null }, example.output())
})
