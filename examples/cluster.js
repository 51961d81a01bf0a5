'use strict'

// A server process for each core, on one port, by node:cluster. Each has a store of its own, and all see the same sessions.
//
//   MONGO_URL=mongodb://127.0.0.1:27017/examples node examples/cluster.js

const cluster = require('node:cluster')
const { availableParallelism } = require('node:os')

const WORKERS = Number(process.env.WORKERS || availableParallelism())

if (cluster.isPrimary) {
  let stopping = false
  const stop = () => {
    stopping = true
    for (const worker of Object.values(cluster.workers)) worker.process.kill('SIGTERM')
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  // Replaces a worker that has crashed.
  cluster.on('exit', () => stopping || cluster.fork())
  for (let n = 0; n < WORKERS; n += 1) cluster.fork()
} else {
  require('./graceful-shutdown.js')
}
