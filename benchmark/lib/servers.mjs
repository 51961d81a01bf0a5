// The servers of one run: a mongod, a Redis where it is installed, and proxies that delay what passes.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { startServer } from '../../scripts/mongod.mjs'
import { startRedis } from './redis.mjs'

/** @typedef {import('./types.js').Peer} Peer */
/** @typedef {Awaited<ReturnType<typeof startServer>>} Mongod */
/** @typedef {Awaited<ReturnType<typeof startRedis>>} Redis undefined if it is not installed */
/** @typedef {import('node:child_process').ChildProcessByStdio<import('node:stream').Writable, import('node:stream').Readable, null>} ProxyProcess */

const PROXY = fileURLToPath(new URL('../delay-proxy.mjs', import.meta.url))

export class Servers {
  #mongod
  #redis
  /** @type {Map<string, { child: ProxyProcess, port: number }>} */
  #proxies = new Map()

  /** @param {{ redis: boolean }} wanted */
  static async start({ redis }) {
    const mongod = await startServer()
    return new Servers(mongod, redis ? await startRedis() : undefined)
  }

  /**
   * @param {Mongod} mongod
   * @param {Redis} redis
   */
  constructor(mongod, redis) {
    this.#mongod = mongod
    this.#redis = redis
  }

  get versions() {
    return { mongod: this.#mongod.version, redis: this.#redis?.version }
  }

  /**
   * Whether there is a server for a peer.
   * @param {Peer} peer
   */
  has(peer) {
    return peer.server !== 'redis' || this.#redis !== undefined
  }

  /**
   * Where a peer finds its server. Each peer has a database of its own.
   * @param {Peer} peer
   * @param {number} delay the round trip in ms
   * @returns {Promise<import('./types.js').Address>}
   */
  async addressOf(peer, delay) {
    const server = peer.server === 'redis' ? this.#redis : this.#mongod
    if (peer.server === undefined || server === undefined) return {}
    const { port, pid } = server
    const host = `127.0.0.1:${delay === 0 ? port : await this.#proxy(port, delay)}`
    return { pid, url: peer.server === 'redis' ? `redis://${host}` : `mongodb://${host}/${peer.database ?? peer.name}` }
  }

  /**
   * The port of a proxy.
   * @param {number} port that of the server
   * @param {number} delay
   */
  async #proxy(port, delay) {
    const key = `${port} ${delay}`
    const known = this.#proxies.get(key)
    if (known) return known.port
    const child = spawn(process.execPath, [PROXY, String(port), String(delay)], { stdio: ['pipe', 'pipe', 'inherit'] })
    const [output] = await once(child.stdout, 'data')
    const proxy = { child, port: Number(output) }
    this.#proxies.set(key, proxy)
    return proxy.port
  }

  async stop() {
    for (const { child } of this.#proxies.values()) {
      child.stdin.end()
      if (child.exitCode === null) await once(child, 'exit')
    }
    await this.#redis?.stop()
    await this.#mongod.stop()
  }
}
