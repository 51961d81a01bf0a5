// A Redis server for the benchmark: the installed `redis-server`, on a free port, with nothing on disk.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { codeOf } from '../../scripts/lib/program.mjs'
import { unwatch, watch } from '../../scripts/mongod/watchdog.mjs'

const START_TIMEOUT = 10_000 // ms

/** Starts a server. Resolves with undefined if `redis-server` is not installed. */
export async function startRedis() {
  const port = await freePort()
  const options = [
    ...['--bind', '127.0.0.1', '--port', String(port)],
    ...['--save', '', '--appendonly', 'no', '--daemonize', 'no'],
  ]
  const child = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'ignore'] })
  const { pid } = child
  if (pid === undefined) {
    const [error] = await once(child, 'error')
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
  watch({ pid })
  child.once('exit', () => unwatch({ pid }))
  const version = await untilReady(child)
  child.unref()
  // The pipe of a child is a socket, although its type only promises a stream.
  const output = /** @type {import('node:net').Socket} */ (child.stdout)
  output.unref()
  output.resume()
  return {
    port,
    version,
    pid,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.ref()
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
  }
}

/**
 * Resolves with the server's version when it accepts connections.
 * @param {import('node:child_process').ChildProcessByStdio<null, import('node:stream').Readable, null>} child
 * @returns {Promise<string | undefined>}
 */
function untilReady(child) {
  return new Promise((resolve, reject) => {
    let log = ''
    /** @param {string} reason */
    const fail = (reason) => {
      clearTimeout(timer)
      child.kill('SIGKILL')
      reject(new Error(`redis-server ${reason}. Its log:\n${log}`))
    }
    const timer = setTimeout(() => fail(`did not start within ${START_TIMEOUT / 1000} s`), START_TIMEOUT)
    const ended = () => fail('ended before it was ready')
    child.once('exit', ended)
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      log += chunk
      if (!/ready to accept connections/i.test(log)) return
      clearTimeout(timer)
      child.removeListener('exit', ended)
      child.stdout.removeAllListeners('data')
      resolve(/version=([\d.]+)/.exec(log)?.[1])
    })
  })
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = /** @type {import('node:net').AddressInfo} */ (probe.address())
  probe.close()
  await once(probe, 'close')
  return port
}
