// MongoDB servers for tests, benchmarks and demos. As a program: prints the path of a mongod, fetching one if there is
// none; with `--start` starts a server, prints its URI and stops it on Ctrl-C. `--version 4.2` and `--port 27017` choose.

import { parseArgs } from 'node:util'
import { runAsProgram } from './lib/process.mjs'
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
    console.log = console.error // a download reports its progress; the output shall be the path alone
    const { path } = await findMongod({ version: values.version })
    process.stdout.write(`${path}\n`)
    return
  }
  const server = await startServer({ version: values.version, port: values.port && Number(values.port) })
  console.log(server.uri)
  const keepAlive = setInterval(() => {}, 2 ** 30)
  await new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, resolve)
  })
  clearInterval(keepAlive)
  await server.stop()
})
