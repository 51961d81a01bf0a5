// Opens the stores of a run: those of the benchmark, and connect-redis with Sentinel.

import { RedisStore } from 'connect-redis'
import { createSentinel } from 'redis'
import { openStore } from '../../benchmark/peers.mjs'

/** How Sentinels call the servers that they watch. */
export const MASTER_NAME = 'sessions'
const SCHEME = 'redis-sentinel://'

/**
 * The address of Sentinels, in a form of our own.
 * @param {{ host: string }[]} sentinels
 */
export function sentinelUrl(sentinels) {
  return `${SCHEME}${sentinels.map(({ host }) => host).join(',')}`
}

/**
 * Opens a store.
 * @param {string} name a peer of the benchmark
 * @param {string} url
 * @returns {Promise<Pick<import('../../benchmark/lib/types.js').OpenStore, 'store'>>}
 */
export async function openStoreAt(name, url) {
  if (!url.startsWith(SCHEME)) return openStore(name, url)
  const sentinelRootNodes = url
    .slice(SCHEME.length)
    .split(',')
    .map((address) => {
      const [host, port] = address.split(':')
      return { host, port: Number(port) }
    })
  const client = createSentinel({ name: MASTER_NAME, sentinelRootNodes })
  client.on('error', () => {}) // without a listener, a lost connection ends the process
  await client.connect()
  const store = /** @type {object} */ (new RedisStore({ client }))
  return { store: /** @type {import('../../benchmark/lib/types.js').Store} */ (store) }
}
