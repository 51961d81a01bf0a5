// Starts the processes of the application.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Failure } from '../lib/program.mjs'

const APPLICATION = fileURLToPath(new URL('application.mjs', import.meta.url))

/** @typedef {Awaited<ReturnType<typeof startApplication>>} Application */

/**
 * Starts a process that serves a store. Resolves when it listens.
 * @param {{ store: string, url: string, env?: Record<string, string> }} options `store` is a peer of the benchmark
 */
export async function startApplication({ store, url, env = {} }) {
  // Each outage would be told as a warning.
  const child = fork(APPLICATION, [store, url], { env: { ...process.env, ...env }, execArgv: ['--no-warnings'] })
  const exited = once(child, 'exit')
  const message = await Promise.race([once(child, 'message'), exited.then(() => undefined)])
  if (!message) throw new Failure(`The application with ${store} ended before it listened.`)
  const [{ port }] = message
  return {
    port: /** @type {number} */ (port),
    async stop() {
      if (child.connected) child.disconnect()
      await exited
    },
  }
}
