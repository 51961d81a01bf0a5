// One mongod on 127.0.0.1 with data of its own in a temporary folder. It can be killed, stopped in its tracks and
// brought up again as tests need it, and it never outlives the process that started it.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure, dependency } from '../lib/process.mjs'
import { findMongod } from './find.mjs'
import { connectionString, withDatabase } from './uri.mjs'
import { unwatch, watch } from './watchdog.mjs'

const START_TIMEOUT = 60_000 // ms
const LOG_KEPT = 64 * 1024 // characters

/**
 * Starts a standalone server and resolves when it accepts connections.
 *
 * - `version`: as in findMongod.
 * - `port`: default a free one.
 * - `args`: more arguments of mongod, e.g. `['--setParameter', 'enableTestCommands=1']`.
 * - `auth`: `{ user, password }` of a root user to create; the server then demands authentication.
 * - `clientOptions`: options that a client needs besides the URI (TLS), used to create that user.
 */
export async function startServer({ auth, clientOptions, ...options } = {}) {
  const server = await launch({ ...options, args: [...(options.args ?? []), ...(auth ? ['--auth'] : [])] })
  if (auth) {
    try {
      await createRootUser(server.uri, auth, clientOptions)
      server.auth = auth
    } catch (error) {
      await server.stop()
      throw error
    }
  }
  return server
}

/** Creates the first user, as a server with access control permits to a client on the same machine. */
export async function createRootUser(uri, { user, password }, clientOptions) {
  const { MongoClient } = await dependency('mongodb')
  const client = new MongoClient(uri, clientOptions)
  try {
    await client.db('admin').command({ createUser: user, pwd: password, roles: ['root'] })
  } finally {
    await client.close()
  }
}

/** Starts a server without creating a user. */
export async function launch({ version, port, args = [] } = {}) {
  const binary = await findMongod({ version })
  // Between our looking for a free port and mongod's taking it, another process may have taken it.
  for (let attempts = port ? 1 : 3; ; attempts -= 1) {
    const dataPath = await mkdtemp(join(tmpdir(), 'connect-mongo-native-'))
    const server = new Server(binary, port ?? (await freePort()), dataPath, args)
    try {
      await server.restart()
      return server
    } catch (error) {
      await server.stop()
      if (attempts <= 1 || !/Address already in use/i.test(error.message)) throw error
    }
  }
}

class Server {
  /** Set once the root user exists: from then on the URIs carry it. */
  auth
  port
  /** The release, e.g. "6.0.5". */
  version
  #binary
  #dataPath
  #args
  #child
  #log = ''

  constructor(binary, port, dataPath, args) {
    this.port = port
    this.version = binary.version
    this.#binary = binary
    this.#dataPath = dataPath
    this.#args = args
  }

  get host() {
    return `127.0.0.1:${this.port}`
  }

  /** The connection string, without a database. `directConnection`, since a member of a replica set is meant by itself. */
  get uri() {
    const options = this.#args.includes('--replSet') ? { directConnection: 'true' } : {}
    return connectionString({ hosts: [this.host], auth: this.auth, options })
  }

  /** The connection string with a database. */
  url(database) {
    return withDatabase(this.uri, database)
  }

  /** The process id; undefined while the server is down. */
  get pid() {
    return this.#child?.pid
  }

  /** The end of the server's log. */
  get log() {
    return this.#log
  }

  /** Brings the server up again on the same port with the same data; one that is running is shut down in good order first. */
  async restart() {
    await this.kill('SIGTERM')
    const { path, env } = this.#binary
    const child = spawn(path, this.#arguments(), { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#log = ''
    if (child.pid) {
      this.#child = child
      watch({ pid: child.pid, folder: this.#dataPath })
      child.once('exit', () => {
        this.#child = undefined
        unwatch({ pid: child.pid })
      })
    }
    await this.#untilReady(child)
    // A test that forgets to stop its server is not kept alive by it.
    for (const handle of [child, child.stdout, child.stderr]) handle.unref()
  }

  /**
   * Sends a signal and resolves when the server has ended. SIGSTOP, after which it accepts connections and never
   * answers, and SIGCONT, which ends that, are only sent.
   */
  async kill(signal = 'SIGKILL') {
    const child = this.#child
    if (!child) return
    if (signal === 'SIGSTOP' || signal === 'SIGCONT') {
      child.kill(signal)
      if (signal === 'SIGSTOP') await untilStopped(child.pid)
      return
    }
    child.ref()
    const ended = once(child, 'exit')
    child.kill(signal)
    child.kill('SIGCONT') // a stopped process takes no other signal but SIGKILL
    await ended
  }

  /** Ends the server and removes its data. */
  async stop() {
    await this.kill()
    await rm(this.#dataPath, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
    unwatch({ folder: this.#dataPath })
  }

  #arguments() {
    return [
      ...['--port', String(this.port), '--bind_ip', '127.0.0.1', '--dbpath', this.#dataPath],
      ...(process.platform === 'win32' ? [] : ['--nounixsocket']),
      // Several servers at once must fit a small machine, and nobody reads their diagnostics.
      ...['--wiredTigerCacheSizeGB', '0.25', '--setParameter', 'diagnosticDataCollectionEnabled=false'],
      // A primary waits for a successor when it is shut down: 15 s, if not told otherwise.
      ...(Number.parseInt(this.version, 10) >= 5
        ? ['--setParameter', 'shutdownTimeoutMillisForSignaledShutdown=1000']
        : []),
      ...this.#args,
    ]
  }

  /** Resolves when the log says that the server accepts connections: independent of TLS, users and the server's version. */
  #untilReady(child) {
    return new Promise((resolve, reject) => {
      const fail = (reason) => {
        clearTimeout(timer)
        reject(new Failure(`${this.#binary.path} ${reason}. The end of its log:\n${this.#log.slice(-4000)}`))
      }
      const timer = setTimeout(() => fail(`did not start within ${START_TIMEOUT / 1000} s`), START_TIMEOUT)
      const read = (text) => {
        this.#log = (this.#log + text).slice(-LOG_KEPT)
        if (!/waiting for connections/i.test(this.#log)) return
        clearTimeout(timer)
        resolve()
      }
      child.stdout.setEncoding('utf8').on('data', read)
      child.stderr.setEncoding('utf8').on('data', read)
      child.once('error', (error) => fail(`could not be started (${error.message})`))
      child.once('close', (code, signal) => fail(`ended before it was ready (${signal ?? `exit code ${code}`})`))
    })
  }
}

/**
 * A free port below those that systems give to outgoing connections: a client that keeps trying to reach a server which
 * is down could otherwise be given the server's own port, and the server could not come up again.
 */
async function freePort() {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000)
    const probe = createServer()
    const free = await new Promise((resolve) => {
      probe.once('error', () => resolve(false))
      probe.listen(port, '127.0.0.1', () => resolve(true))
    })
    if (!free) continue
    await new Promise((resolve) => probe.close(resolve))
    return port
  }
}

/** Resolves when no thread of a process runs any more: on a busy machine the signal takes its time. */
async function untilStopped(pid) {
  if (process.platform !== 'linux') return
  for (;;) {
    const threads = await readdir(`/proc/${pid}/task`)
    const states = await Promise.all(
      threads.map(async (thread) => {
        // "pid (name) state …"; a thread may have ended meanwhile.
        const stat = await readFile(`/proc/${pid}/task/${thread}/stat`, 'utf8').catch(() => ') T')
        return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3)
      }),
    )
    if (states.every((state) => state === 'T')) return
    await sleep(5)
  }
}
