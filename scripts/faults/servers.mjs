// A replica set of three members, each behind a proxy: clients and the other members know only the proxies.

import { createRequire } from 'node:module'
import { startReplicaSet } from '../mongod.mjs'

/** @typedef {{ host: string, swallow(): void, pass(): void, close(): Promise<void> }} Proxy */
/** @typedef {import('../mongod/server.mjs').Server} Member */
/** @typedef {Awaited<ReturnType<typeof startServers>>} Servers */

/** @type {{ startProxy(port: number): Promise<Proxy> }} */
const { startProxy } = createRequire(import.meta.url)('../../__test__/helpers/proxy.js')

/**
 * A member that has lost its source of the oplog waits this many seconds longer than for an election. With the default, 5,
 * that would be most of the time in which there is no majority for a write.
 */
const OPLOG_PATIENCE = 1

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
      const proxy = await startProxy(member.port)
      proxies.set(member, proxy)
      return proxy.host
    },
  })
  return {
    set,
    /** @param {Member} member */
    proxyOf: (member) => /** @type {Proxy} */ (proxies.get(member)),
    async stop() {
      await Promise.all([...proxies.values()].map((proxy) => proxy.close()))
      await set.stop()
    },
  }
}
