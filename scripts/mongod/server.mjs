// A mongod on 127.0.0.1 with its data in a temporary folder. Tests can kill it, stop it with SIGSTOP and restart it. It
// never outlives the process that started it.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { MongoClient } from 'mongodb'
import { Failure } from '../lib/program.mjs'
import { findMongod } from './find.mjs'
import { connectionString, withDatabase } from './uri.mjs'
import { unwatch, watch } from './watchdog.mjs'

/** @typedef {import('./uri.mjs').Credentials} Credentials */
/** @typedef {import('mongodb').MongoClientOptions} ClientOptions */
/** @typedef {import('node:child_process').ChildProcessByStdio<null, import('node:stream').Readable, import('node:stream').Readable>} Child */

/**
 * @typedef {object} LaunchOptions
 * @property {string | undefined} [version] as in findMongod
 * @property {number | undefined} [port] default: a free port
 * @property {string[]} [args] more arguments of mongod, e.g. `['--setParameter', 'enableTestCommands=1']`
 */

/**
 * @typedef {object} UserOptions
 * @property {Credentials | undefined} [auth] a root user to create; the server then requires authentication
 * @property {ClientOptions | undefined} [clientOptions] what a client needs besides the connection string, such as TLS
 */

const START_TIMEOUT = 60_000 // ms
const LOG_KEPT = 64 * 1024 // characters

/**
 * Starts a standalone server and resolves when it accepts connections.
 * @param {LaunchOptions & UserOptions} [options]
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

/**
 * Creates the first user. A server with access control lets a client on the same machine do this without credentials.
 * @param {string} uri
 * @param {Credentials} credentials
 * @param {ClientOptions} [clientOptions]
 */
export async function createRootUser(uri, { user, password }, clientOptions) {
  const client = new MongoClient(uri, clientOptions)
  try {
    await client.db('admin').command({ createUser: user, pwd: password, roles: ['root'] })
  } finally {
    await client.close()
  }
}

/**
 * Starts a server without creating a user.
 * @param {LaunchOptions} [options]
 */
export async function launch({ version, port, args = [] } = {}) {
  const executable = await findMongod({ version })
  // Another process can take the free port before mongod does: then another port is tried.
  for (let attempts = port ? 1 : 3; ; attempts -= 1) {
    const dataPath = await mkdtemp(join(tmpdir(), 'connect-mongo-native-'))
    const server = new Server(executable, port ?? (await freePort()), dataPath, args)
    try {
      await server.restart()
      return server
    } catch (error) {
      await server.stop()
      if (attempts <= 1 || !/Address already in use/i.test(server.log)) throw error
    }
  }
}

export class Server {
  /**
   * The root user, once it exists. The connection strings then contain it.
   * @type {Credentials | undefined}
   */
  auth
  port
  /** The release, e.g. "6.0.5". */
  version
  #executable
  #dataPath
  #args
  /** @type {Child | undefined} */
  #child
  #log = ''

  /**
   * @param {import('./find.mjs').Mongod} executable
   * @param {number} port
   * @param {string} dataPath
   * @param {string[]} args
   */
  constructor(executable, port, dataPath, args) {
    this.port = port
    this.version = executable.version
    this.#executable = executable
    this.#dataPath = dataPath
    this.#args = args
  }

  get host() {
    return `127.0.0.1:${this.port}`
  }

  /** The connection string, without a database. For a member of a replica set it leads to this member only. */
  get uri() {
    /** @type {Record<string, string>} */
    const options = this.#args.includes('--replSet') ? { directConnection: 'true' } : {}
    return connectionString({ hosts: [this.host], auth: this.auth, options })
  }

  /**
   * The connection string with a database.
   * @param {string} database
   */
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

  /** Starts the server again, on the same port and with the same data. A running server is shut down cleanly first. */
  async restart() {
    await this.kill('SIGTERM')
    const { path, env } = this.#executable
    const child = spawn(path, this.#arguments(), { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    const { pid } = child
    this.#log = ''
    if (pid !== undefined) {
      this.#child = child
      watch({ pid, folder: this.#dataPath })
      child.once('exit', () => {
        this.#child = undefined
        unwatch({ pid })
      })
    }
    await this.#untilReady(child)
    // The server does not keep a test alive that forgets to stop it.
    unref(child)
  }

  /**
   * Sends a signal and resolves when the server has ended. After SIGSTOP, the server accepts connections but never
   * answers, until SIGCONT: for these two signals, the promise resolves when the signal has taken effect.
   * @param {NodeJS.Signals} [signal]
   */
  async kill(signal = 'SIGKILL') {
    const child = this.#child
    if (!child) return
    if (signal === 'SIGSTOP' || signal === 'SIGCONT') {
      child.kill(signal)
      if (signal === 'SIGSTOP' && child.pid !== undefined) await untilStopped(child.pid)
      return
    }
    child.ref()
    const ended = once(child, 'exit')
    child.kill(signal)
    child.kill('SIGCONT') // a stopped process takes no signal except SIGKILL
    await ended
  }

  /** Kills the server and removes its data. `restart` then begins with nothing. */
  async empty() {
    await this.kill()
    await rm(this.#dataPath, { recursive: true })
    await mkdir(this.#dataPath)
  }

  /** Kills the server and removes its data, for good. */
  async stop() {
    await this.kill()
    await rm(this.#dataPath, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
    unwatch({ folder: this.#dataPath })
  }

  #arguments() {
    return [
      ...['--port', String(this.port), '--bind_ip', '127.0.0.1', '--dbpath', this.#dataPath],
      ...(process.platform === 'win32' ? [] : ['--nounixsocket']),
      // Several servers must run on a small machine at the same time, and nobody reads their diagnostics.
      ...['--wiredTigerCacheSizeGB', '0.25', '--setParameter', 'diagnosticDataCollectionEnabled=false'],
      // On shutdown, a primary waits for a successor: 15 s by default.
      ...(Number.parseInt(this.version, 10) >= 5
        ? ['--setParameter', 'shutdownTimeoutMillisForSignaledShutdown=1000']
        : []),
      ...this.#args,
    ]
  }

  /**
   * Resolves when the log says that the server accepts connections. Reading the log works for each version, with or
   * without TLS and users.
   * @param {Child} child
   * @returns {Promise<void>}
   */
  #untilReady(child) {
    return new Promise((resolve, reject) => {
      /** @param {string} reason */
      const fail = (reason) => {
        clearTimeout(timer)
        reject(new Failure(`${this.#executable.path} ${reason}. The end of its log:\n${this.#log.slice(-4000)}`))
      }
      const timer = setTimeout(() => fail(`did not start within ${START_TIMEOUT / 1000} s`), START_TIMEOUT)
      /** @param {string} text */
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
 * Lets this process end while the server runs.
 * @param {Child} child
 */
function unref(child) {
  child.unref()
  // The pipes of a child are sockets, although the types only promise streams.
  for (const pipe of [child.stdout, child.stderr]) /** @type {import('node:net').Socket} */ (pipe).unref()
}

/**
 * A free port below the range that systems use for outgoing connections. From that range, a client that reconnects to a
 * stopped server could get the server's own port, and the server could not start again.
 */
export async function freePort() {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000)
    const probe = createServer()
    const listening = once(probe, 'listening') // rejects if the port is in use
    probe.listen(port, '127.0.0.1')
    const free = await listening.then(
      () => true,
      () => false,
    )
    if (!free) continue
    await new Promise((resolve) => probe.close(resolve))
    return port
  }
}

/**
 * Resolves when no thread of a process runs any more. On a busy machine, a signal needs time to take effect.
 * @param {number} pid
 */
async function untilStopped(pid) {
  if (process.platform !== 'linux') return
  for (;;) {
    const threads = await readdir(`/proc/${pid}/task`)
    const states = await Promise.all(
      threads.map(async (thread) => {
        // The file says "pid (name) state …". If the thread has ended meanwhile, there is no file.
        const stat = await readFile(`/proc/${pid}/task/${thread}/stat`, 'utf8').catch(() => ') T')
        return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3)
      }),
    )
    if (states.every((state) => state === 'T')) return
    await sleep(5)
  }
}
