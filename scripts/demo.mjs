// `npm run demo`: runs the application of examples/express-5 and prints its address. It must never leave a server running,
// or print the credentials of MONGO_URL.
//
//   MONGO_URL  the MongoDB to use; by default the demo starts one, and deletes its data at the end
//   PORT       the port to listen on; by default the first free one from 3000 on
//   HOST       the address to listen on; by default 127.0.0.1

import { parseArgs } from 'node:util'
import { startServer } from './demo/server.mjs'
import { Shutdown } from './demo/shutdown.mjs'
import { Failure, messageOf, runAsProgram } from './lib/program.mjs'
import { startServer as startMongod } from './mongod.mjs'
import { hostsOf } from './mongod/uri.mjs'

await runAsProgram(import.meta.url, async () => {
  parseArgs({ options: {} }) // refuses all arguments
  const { MONGO_URL, PORT, HOST } = process.env
  const shutdown = new Shutdown()
  shutdown.onSignals()
  shutdown.onEndOfNpm()
  try {
    const port = PORT ? portNumber(PORT) : undefined
    const mongoUrl = MONGO_URL || (await startDatabase(shutdown))
    if (shutdown.started) return
    const address = await startServer({ mongoUrl, host: HOST || '127.0.0.1', port }, shutdown)
    if (shutdown.started) return
    const hosts = hostsOf(mongoUrl) ?? 'MONGO_URL'
    console.log(`\n  The demo is at ${address}\n  Sessions are in MongoDB at ${hosts}\n\n  Ctrl-C ends it.\n`)
  } catch (error) {
    // When everything is closing, what was still starting fails. This is not a failure of the demo.
    if (shutdown.started) return
    await shutdown.run()
    throw error instanceof Failure ? error : new Failure(`The demo failed: ${messageOf(error)}`, { cause: error })
  }
})

/** @param {string} text */
function portNumber(text) {
  const port = Number(text)
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new Failure(`PORT must be a number from 0 to 65535, not "${text}".`)
  }
  return port
}

/**
 * Starts a mongod, and resolves with its connection string.
 * @param {Shutdown} shutdown
 */
async function startDatabase(shutdown) {
  const starting = startMongod()
  // Added before the mongod is ready, so that Ctrl-C stops it during its start, too.
  shutdown.add('mongod', async () => {
    const mongod = await starting.catch(() => undefined) // a mongod that failed to start needs no stop
    await mongod?.stop()
  })
  return (await starting).uri
}
