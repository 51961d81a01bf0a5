// A server of Redis that keeps its data, behind a proxy. It can be killed and started again, as what it was last.

import { createRequire } from 'node:module'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from 'redis'
import { startRedis } from '../../benchmark/lib/redis.mjs'
import { Failure } from '../lib/program.mjs'
import { freePort } from '../mongod/server.mjs'
import { unwatch, watch } from '../mongod/watchdog.mjs'

/** @typedef {import('./servers.mjs').Proxy} Proxy */
/** @typedef {ReturnType<typeof clientOf>} Client */

/** @type {{ startProxy(port: number, options: { originOf: typeof originOf }): Promise<Proxy> }} */
const { startProxy } = createRequire(import.meta.url)('../../__test__/helpers/proxy.js')

/** How long an answer may take, in ms. */
const LIMIT = 1000
/** What only replicas and Sentinels say. */
const INTERNAL = ['REPLCONF', 'sentinel-']

export class RedisServer {
  port
  /** The address for clients and the other servers. */
  host
  #proxy
  #folder
  #args
  /** @type {Awaited<ReturnType<typeof startRedis>>} */
  #running

  /**
   * @param {number} port
   * @param {Proxy | undefined} proxy
   * @param {string} folder
   * @param {string[]} args
   */
  constructor(port, proxy, folder, args) {
    this.port = port
    this.host = proxy?.host ?? `127.0.0.1:${port}`
    this.#proxy = proxy
    this.#folder = folder
    this.#args = args
  }

  /**
   * Starts a server that clients reach by a proxy. Writes are on disk within a second.
   * @param {RedisServer} [master] the one that it follows
   */
  static async start(master) {
    const port = await freePort()
    const proxy = await startProxy(port, { originOf })
    return RedisServer.#startWith(port, proxy, [
      ...['save ""', 'appendonly yes', 'appendfsync everysec'],
      'replica-announce-ip 127.0.0.1',
      `replica-announce-port ${portOf(proxy.host)}`,
      ...(master ? [`replicaof 127.0.0.1 ${portOf(master.host)}`] : []),
    ])
  }

  /**
   * Starts a Sentinel, which makes the replica the master when it has not heard of that for a while.
   * @param {RedisServer} master
   * @param {{ name: string, quorum: number, patience: number }} options `patience` is in ms
   */
  static async startSentinel(master, { name, quorum, patience }) {
    const lines = [
      `sentinel monitor ${name} 127.0.0.1 ${portOf(master.host)} ${quorum}`,
      `sentinel down-after-milliseconds ${name} ${patience}`,
      `sentinel failover-timeout ${name} ${5 * patience}`,
    ]
    return RedisServer.#startWith(await freePort(), undefined, lines, ['--sentinel'])
  }

  /**
   * @param {number} port
   * @param {Proxy | undefined} proxy
   * @param {string[]} lines of its configuration, which the server itself updates
   * @param {string[]} [args]
   */
  static async #startWith(port, proxy, lines, args = []) {
    const folder = await mkdtemp(join(tmpdir(), 'connect-mongo-native-'))
    watch({ folder })
    const path = join(folder, 'redis.conf')
    await writeFile(path, ['bind 127.0.0.1', `port ${port}`, `dir ${folder}`, ...lines, ''].join('\n'))
    const server = new RedisServer(port, proxy, folder, [path, ...args])
    await server.restart()
    return server
  }

  get proxy() {
    return /** @type {Proxy} */ (this.#proxy)
  }

  /** Starts it again, on the same port and with the same data. */
  async restart() {
    this.#running = await startRedis({ port: this.port, args: this.#args })
    if (!this.#running) throw new Failure('faults: there is no redis-server for this machine.')
  }

  /** Kills it. */
  async kill() {
    await this.#running?.stop()
  }

  /** @param {'SIGSTOP' | 'SIGCONT'} signal */
  signal(signal) {
    if (this.#running) process.kill(this.#running.pid, signal)
  }

  /**
   * Asks it something, past its proxy.
   * @template T
   * @param {(client: Client) => Promise<T>} question
   */
  async ask(question) {
    const client = clientOf(this.port)
    try {
      await client.connect()
      return await question(client)
    } finally {
      client.destroy()
    }
  }

  /** Kills it and removes its data, for good. */
  async stop() {
    await this.kill()
    await this.#proxy?.close()
    await rm(this.#folder, { recursive: true, force: true })
    unwatch({ folder: this.#folder })
  }
}

/**
 * A client that tries everything once.
 * @param {number} port
 */
function clientOf(port) {
  const client = createClient({
    url: `redis://127.0.0.1:${port}`,
    socket: { reconnectStrategy: false },
    commandOptions: { timeout: LIMIT },
  })
  client.on('error', () => {}) // the promises have the error, too
  return client
}

/** @param {string} host */
function portOf(host) {
  return host.split(':')[1]
}

/**
 * Whether a replica or a Sentinel sends something.
 * @param {Buffer} bytes
 */
function originOf(bytes) {
  return INTERNAL.find((word) => bytes.includes(word))
}
