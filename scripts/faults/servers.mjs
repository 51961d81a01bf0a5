// A replica set of three members, each behind a proxy: clients and the other members know only the proxies. A proxy tells
// members from clients, so it can cut them off separately.

import { createRequire } from 'node:module'
import { startReplicaSet } from '../mongod.mjs'

/**
 * @typedef {object} Proxy
 * @property {string} host
 * @property {(concerns?: (origin: string | undefined) => boolean) => void} swallow
 * @property {() => void} pass
 * @property {(ms: number) => void} slow
 * @property {() => Promise<void>} close
 */
/** @typedef {import('../mongod/server.mjs').Server} Member */
/** @typedef {Awaited<ReturnType<typeof startServers>>} Servers */

/** @type {{ startProxy(port: number, options: { originOf: typeof originOf }): Promise<Proxy> }} */
const { startProxy } = createRequire(import.meta.url)('../../__test__/helpers/proxy.js')

/**
 * A member that has lost its source of the oplog waits this many seconds longer than for an election. With the default, 5,
 * that would be most of the time in which there is no majority for a write.
 */
const OPLOG_PATIENCE = 1

/** The origin of a connection of a member, as long as it has not said which one it is. */
const SOME_MEMBER = 'a member'
/** What only members say when they connect. */
const INTERNAL = 'internalClient'
/** The address of the member that sends a heartbeat: after the name of a field, and five bytes of BSON. */
const SENDER = /from.{5}([\d.]+:\d+)/su

/**
 * Starts the servers.
 * @param {{ args?: string[] }} [options] `args` are more arguments of each mongod
 */
export async function startServers({ args = [] } = {}) {
  /** @type {Map<Member, Proxy>} */
  const proxies = new Map()
  const set = await startReplicaSet({
    args: ['--setParameter', `oplogNetworkTimeoutBufferSeconds=${OPLOG_PATIENCE}`, ...args],
    async hostOf(member) {
      const proxy = await startProxy(member.port, { originOf })
      proxies.set(member, proxy)
      return proxy.host
    },
  })
  /** @param {Member} member */
  const proxyOf = (member) => /** @type {Proxy} */ (proxies.get(member))
  return {
    set,
    proxyOf,
    proxies: [...proxies.values()],
    /**
     * Cuts a member off from the other ones, in both directions, but not from clients.
     * @param {Member} member
     */
    isolate(member) {
      const isolated = proxyOf(member)
      for (const proxy of proxies.values()) {
        proxy.swallow((origin) => (proxy === isolated ? origin !== undefined : origin === isolated.host))
      }
    },
    /** Ends everything that is wrong with the network. */
    reconnect() {
      for (const proxy of proxies.values()) {
        proxy.pass()
        proxy.slow(0)
      }
    },
    complete: () => set.complete(),
    async stop() {
      await Promise.all([...proxies.values()].map((proxy) => proxy.close()))
      await set.stop()
    },
  }
}

/**
 * Which member sends something, if one does and says so.
 * @param {Buffer} bytes
 */
function originOf(bytes) {
  const text = bytes.toString('latin1')
  return SENDER.exec(text)?.[1] ?? (text.includes(INTERNAL) ? SOME_MEMBER : undefined)
}
