// MongoDB servers for tests, benchmarks and the demo. As a program, it prints the path of a mongod and downloads one if
// there is none.
//
//   --start          starts a server, prints its connection string, and stops it on Ctrl-C
//   --version 4.2    the release, or release series, of the server
//   --port 27017     the port to listen on; by default a free one

import { parseArgs } from 'node:util'
import { runAsProgram } from './lib/program.mjs'
import { findMongod } from './mongod/find.mjs'
import { startServer } from './mongod/server.mjs'

export { findMongod } from './mongod/find.mjs'
export { startReplicaSet } from './mongod/replica-set.mjs'
export { startServer } from './mongod/server.mjs'
export { withDatabase } from './mongod/uri.mjs'

await runAsProgram(import.meta.url, async () => {
  const { values } = parseArgs({
    options: { start: { type: 'boolean' }, version: { type: 'string' }, port: { type: 'string' } },
  })
  if (!values.start) {
    console.log = console.error // keeps the progress of a download out of the output, which is the path alone
    const { path } = await findMongod({ version: values.version })
    process.stdout.write(`${path}\n`)
    return
  }
  const port = values.port === undefined ? undefined : Number(values.port)
  const server = await startServer({ version: values.version, port })
  console.log(server.uri)
  const keepAlive = setInterval(() => {}, 2 ** 30)
  await new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, resolve)
  })
  clearInterval(keepAlive)
  await server.stop()
})
