// The server of the tests.

import { startServer } from '../mongod.mjs'

/** Fail points are on. Expired sessions stay, as two stores that are compared must find the same documents. */
const PARAMETERS = ['enableTestCommands=1', 'ttlMonitorEnabled=false'].flatMap((value) => ['--setParameter', value])

/**
 * Does work with a server that TEST_MONGO_URL names, and starts one if it names none. Resolves like the work.
 * @template T
 * @param {string} program the name of the program that says which server it is
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withTestServer(program, work) {
  if (process.env.TEST_MONGO_URL) return work()
  const server = await startServer({ args: PARAMETERS })
  console.log(`${program}: MongoDB ${server.version} at ${server.uri}`)
  process.env.TEST_MONGO_URL = server.uri
  try {
    return await work()
  } finally {
    await server.stop()
  }
}
