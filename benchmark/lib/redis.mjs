// A Redis server for the benchmark: the system's own `redis-server`, on a free port, with nothing on disk.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { unwatch, watch } from '../../scripts/mongod/watchdog.mjs'

const START_TIMEOUT = 10_000 // ms

/** Starts a server; resolves with undefined where `redis-server` is not installed. */
export async function startRedis() {
  const port = await freePort()
  const options = [
    '--bind',
    '127.0.0.1',
    '--port',
    String(port),
    '--save',
    '',
    '--appendonly',
    'no',
    '--daemonize',
    'no',
  ]
  const child = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'ignore'] })
  if (child.pid === undefined) {
    const [error] = await once(child, 'error')
    if (error.code === 'ENOENT') return undefined
    throw error
  }
  watch({ pid: child.pid })
  child.once('exit', () => unwatch({ pid: child.pid }))
  const version = await untilReady(child)
  for (const handle of [child, child.stdout]) handle.unref()
  child.stdout.resume()
  return {
    port,
    version,
    pid: child.pid,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.ref()
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** Resolves with the server's version when it accepts connections. */
function untilReady(child) {
  return new Promise((resolve, reject) => {
    let log = ''
    const fail = (reason) => {
      clearTimeout(timer)
      child.kill('SIGKILL')
      reject(new Error(`redis-server ${reason}. Its log:\n${log}`))
    }
    const timer = setTimeout(() => fail('did not start in time'), START_TIMEOUT)
    child.once('exit', () => fail('ended before it was ready'))
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      log += chunk
      if (!/ready to accept connections/i.test(log)) return
      clearTimeout(timer)
      child.removeAllListeners('exit')
      child.once('exit', () => unwatch({ pid: child.pid }))
      child.stdout.removeAllListeners('data')
      resolve(/version=([\d.]+)/.exec(log)?.[1])
    })
  })
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address()
  probe.close()
  await once(probe, 'close')
  return port
}
