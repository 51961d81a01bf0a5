// The servers of one run: a mongod, a Redis where it is installed, and delay proxies before them. Addresses are given
// by peer and delay; everything is ended by `stop`.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { startServer } from '../../scripts/mongod.mjs'
import { startRedis } from './redis.mjs'

const PROXY = fileURLToPath(new URL('../delay-proxy.mjs', import.meta.url))

export class Servers {
  #mongod
  #redis
  #proxies = new Map()

  static async start({ redis }) {
    const servers = new Servers()
    servers.#mongod = await startServer()
    servers.#redis = redis ? await startRedis() : undefined
    return servers
  }

  get versions() {
    return { mongod: this.#mongod.version, redis: this.#redis?.version }
  }

  /** Whether the server of `peer` is there. */
  has(peer) {
    return peer.server !== 'redis' || this.#redis !== undefined
  }

  /** Where `peer` finds its server: `{ url, pid }`, with `delay` ms of round trip. Each peer has a database of its own. */
  async addressOf(peer, delay) {
    if (peer.server === undefined) return {}
    const { port, pid } = peer.server === 'redis' ? this.#redis : this.#mongod
    const host = `127.0.0.1:${delay === 0 ? port : await this.#proxy(port, delay)}`
    return { pid, url: peer.server === 'redis' ? `redis://${host}` : `mongodb://${host}/${peer.database ?? peer.name}` }
  }

  async #proxy(port, delay) {
    const key = `${port} ${delay}`
    if (!this.#proxies.has(key)) {
      const child = spawn(process.execPath, [PROXY, String(port), String(delay)], {
        stdio: ['pipe', 'pipe', 'inherit'],
      })
      const [output] = await once(child.stdout, 'data')
      this.#proxies.set(key, { child, port: Number(output) })
    }
    return this.#proxies.get(key).port
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
