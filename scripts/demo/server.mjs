// The demo's server: the application of examples/express-5, listening for HTTP.

import { once } from 'node:events'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { codeOf, Failure, messageOf } from '../lib/program.mjs'
import { hostsOf, namesDatabase } from '../mongod/uri.mjs'

/** @typedef {import('./shutdown.mjs').Shutdown} Shutdown */
/** @typedef {{ app: import('express').Express, store: import('../../index.js').MongoStore }} App */

/** @type {{ createApp(options: { mongoUrl: string, dbName?: string | undefined }): App }} */
const { createApp } = createRequire(import.meta.url)('../../examples/express-5/app.js')

const DB_NAME = 'connect_mongo_native_demo'
const DEFAULT_PORT = 3000
const PORTS_TRIED = 50
/** How long requests may take to end when the server closes. */
const CLOSE_TIMEOUT_MS = 500

/**
 * Starts the application, and resolves with its address when MongoDB answers and the server listens.
 * @param {object} options
 * @param {string} options.mongoUrl
 * @param {string} options.host the address to listen on
 * @param {number | undefined} options.port default: the first free port from 3000 on
 * @param {Shutdown} shutdown closes the store and the server
 */
export async function startServer({ mongoUrl, host, port }, shutdown) {
  const { app, store } = createApp({ mongoUrl, dbName: namesDatabase(mongoUrl) ? undefined : DB_NAME })
  shutdown.add('store', () => store.close())
  await store.collectionP.catch((error) => {
    throw new Failure(`MongoDB at ${hostsOf(mongoUrl) ?? 'MONGO_URL'} can't be used: ${messageOf(error)}`)
  })

  const server = createServer(app)
  const actualPort = await listen(server, host, port)
  shutdown.add('HTTP server', () => close(server))
  return `http://${host.includes(':') ? `[${host}]` : host}:${actualPort}`
}

/**
 * Listens on a port, and resolves with it.
 * @param {import('node:http').Server} server
 * @param {string} host
 * @param {number | undefined} port
 */
async function listen(server, host, port) {
  const ports = port === undefined ? Array.from({ length: PORTS_TRIED }, (_, i) => DEFAULT_PORT + i) : [port]
  for (const candidate of ports) {
    try {
      const listening = once(server, 'listening')
      server.listen(candidate, host)
      await listening
      return /** @type {import('node:net').AddressInfo} */ (server.address()).port
    } catch (error) {
      if (codeOf(error) !== 'EADDRINUSE') throw error
    }
  }
  const problem =
    port === undefined ? `All ports from ${ports[0]} to ${ports.at(-1)} are in use` : `Port ${port} is in use`
  throw new Failure(`${problem}. Set the environment variable PORT to another one.`)
}

/** @param {import('node:http').Server} server */
async function close(server) {
  const closed = once(server, 'close')
  server.close()
  // Requests under way may end. A connection that a browser keeps open must not hold the process.
  server.closeIdleConnections()
  setTimeout(() => server.closeAllConnections(), CLOSE_TIMEOUT_MS).unref()
  await closed
}
