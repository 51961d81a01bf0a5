// Redis for a run: a master and a replica, with or without Sentinel, what goes wrong with them, and what the run asks them
// past the store.

import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from 'redis'
import { Failure } from '../lib/program.mjs'
import { LIMIT } from './availability.mjs'
import { letFail } from './faults.mjs'
import { RedisServer } from './redis-server.mjs'
import { MASTER_NAME, sentinelUrl } from './stores.mjs'

/** @typedef {import('./faults.mjs').Course} Course */
/**
 * @template T
 * @typedef {import('./faults.mjs').Kind<T>} Kind
 */

/** Sentinels, and how many of them must agree that the master is away. */
const SENTINELS = 3
const QUORUM = 2
/** As soon as MongoDB elects here, in ms: a fifteenth of the default. */
const PATIENCE = 2000
/** How long the servers may take to be master and replica again, in ms. */
const RECOVERY = 120_000
/** Pause between two looks, in ms. */
const PAUSE = 200

class RedisServers {
  #nodes
  #sentinels

  /**
   * @param {RedisServer[]} nodes
   * @param {RedisServer[]} sentinels
   */
  constructor(nodes, sentinels) {
    this.#nodes = nodes
    this.#sentinels = sentinels
  }

  /** @param {{ hasSentinel: boolean }} options */
  static async start({ hasSentinel }) {
    const master = await RedisServer.start()
    const servers = new RedisServers([master], [])
    try {
      servers.#nodes.push(await RedisServer.start(master))
      const sentinels = hasSentinel ? SENTINELS : 0
      while (servers.#sentinels.length < sentinels) {
        const options = { name: MASTER_NAME, quorum: QUORUM, patience: PATIENCE }
        servers.#sentinels.push(await RedisServer.startSentinel(master, options))
      }
      await servers.complete()
      return servers
    } catch (error) {
      await servers.stop()
      throw error
    }
  }

  get url() {
    const [master] = this.#nodes
    return this.#sentinels.length > 0 ? sentinelUrl(this.#sentinels) : `redis://${master.host}`
  }

  get hosts() {
    return this.#nodes.map(({ host }) => host)
  }

  /** Resolves with the master. */
  async master() {
    return until('a master', async () => {
      const roles = await this.#roles()
      return this.#nodes.find((_, index) => roles[index]?.startsWith('master'))
    })
  }

  /** Orders a failover, and resolves when it is done. */
  async failOver() {
    const before = await this.master()
    const [sentinel] = this.#sentinels
    await sentinel.ask((client) => client.sendCommand(['SENTINEL', 'FAILOVER', MASTER_NAME]))
    await until('another master', async () => (await this.master()) !== before)
  }

  /** Resolves when one server is the master, the other one follows it, and the Sentinels know that. */
  async complete() {
    await until('a master and a replica', async () => {
      const roles = await this.#roles()
      const master = roles.findIndex((role) => role?.startsWith('master'))
      const isWhole = roles.includes('slave up') && master >= 0
      return isWhole && (await this.#sentinelsKnow(this.#nodes[master]))
    })
  }

  async stop() {
    await Promise.all([...this.#sentinels, ...this.#nodes].map((server) => server.stop()))
  }

  /** What each server is: "master", or "slave" with the state of its connection; undefined for one that does not answer. */
  #roles() {
    return Promise.all(
      this.#nodes.map(async (node) => {
        const info = await node.ask((client) => client.info('replication')).catch(() => '')
        const [, role] = /role:(\w+)/.exec(info) ?? []
        const [, link = ''] = /master_link_status:(\w+)/.exec(info) ?? []
        return role && `${role} ${link}`.trim()
      }),
    )
  }

  /** @param {RedisServer} master */
  async #sentinelsKnow({ host }) {
    const states = await Promise.all(
      this.#sentinels.map((sentinel) => sentinel.ask((client) => client.info('sentinel')).catch(() => '')),
    )
    const known = `status=ok,address=${host},slaves=1,sentinels=${SENTINELS}`
    return states.every((state) => state.includes(known))
  }
}

/**
 * What goes wrong, by the names for the command line.
 * @type {Record<string, Kind<RedisServers>>}
 */
export const REDIS_KINDS = {
  kill: {
    name: 'kill -9 of the master',
    async cause(servers, ms) {
      const master = await servers.master()
      await master.kill()
      await sleep(ms)
      await master.restart()
    },
  },
  pause: {
    name: 'master stopped (SIGSTOP)',
    isLong: true,
    async cause(servers, ms) {
      const master = await servers.master()
      master.signal('SIGSTOP')
      await sleep(ms)
      master.signal('SIGCONT')
    },
  },
  cut: {
    name: 'master cut off from the network',
    async cause(servers, ms) {
      const { proxy } = await servers.master()
      proxy.swallow()
      await sleep(ms)
      proxy.pass()
    },
  },
  isolate: {
    name: 'master cut off from the other servers only',
    async cause(servers, ms) {
      const { proxy } = await servers.master()
      proxy.swallow((origin) => origin !== undefined)
      await sleep(ms)
      proxy.pass()
    },
  },
}

/**
 * What goes wrong where there are Sentinels.
 * @type {Record<string, Kind<RedisServers>>}
 */
export const SENTINEL_KINDS = {
  ...REDIS_KINDS,
  'step-down': { name: 'failover', cause: (servers) => servers.failOver() },
}

/**
 * Starts the servers.
 * @param {{ hasSentinel: boolean }} options
 */
export async function startRedisFor({ hasSentinel }) {
  const servers = await RedisServers.start({ hasSentinel })
  return {
    /** What the store is opened with. */
    url: servers.url,
    /**
     * @param {string[]} faults
     * @param {Course} course
     */
    letFail: (faults, course) => letFail(servers, { ...course, kinds: faults.map((fault) => SENTINEL_KINDS[fault]) }),
    writers: () => servers.hosts.map(writerTo),
    /** The stored value of each session. */
    stored: async () => (await servers.master()).ask(storedBy),
    stop: () => servers.stop(),
  }
}

/**
 * Writes to a server, without waiting for its replica, as stores do.
 * @param {string} host
 * @returns {import('./availability.mjs').Writer}
 */
function writerTo(host) {
  const client = createClient({
    url: `redis://${host}`,
    disableOfflineQueue: true,
    socket: { connectTimeout: LIMIT, reconnectStrategy: PAUSE },
  })
  client.on('error', () => {}) // the writes have the error, too
  const opened = client.connect().catch(() => {})
  return {
    async write() {
      await opened
      // The client's own limit ends when the command is sent.
      const isDone = await Promise.race([client.incr('availability'), sleep(LIMIT, false)])
      if (!isDone) throw new Failure(`faults: ${host} did not answer in time`)
    },
    close: async () => client.destroy(),
  }
}

/** @param {import('./redis-server.mjs').Client} client */
async function storedBy(client) {
  const keys = await client.keys('sess:*')
  const texts = keys.length > 0 ? await client.mGet(keys) : []
  return new Map(
    keys.flatMap((key, index) => {
      const text = texts[index]
      return text ? [/** @type {const} */ ([key.slice('sess:'.length), String(JSON.parse(text).value)])] : []
    }),
  )
}

/**
 * Waits until `condition` gives a value that is not falsy, and resolves with this value.
 * @template T
 * @param {string} what
 * @param {() => Promise<T | undefined | false>} condition
 * @returns {Promise<T>}
 */
async function until(what, condition) {
  for (const deadline = Date.now() + RECOVERY; Date.now() < deadline; await sleep(PAUSE)) {
    const result = await condition()
    if (result) return result
  }
  throw new Failure(`faults: waited ${RECOVERY / 1000} s in vain for ${what}`)
}
