// The memory of a process under mixed load, for a minute: how much it is, and whether it grows.

import { messageOf } from '../../scripts/lib/program.mjs'
import { count } from '../lib/format.mjs'
import { median, slope } from '../lib/statistics.mjs'

const KB = 1
const CONCURRENCY = 64

/**
 * Measures each peer. The growth is that of the second half of the time.
 * @param {object} options
 * @param {import('../lib/types.js').Peer[]} options.peers
 * @param {import('../lib/workers.mjs').Workers} options.workers
 * @param {number} options.seconds
 * @returns {Promise<import('../lib/types.js').MemoryResult[]>}
 */
export async function measureMemory({ peers, workers, seconds }) {
  const results = []
  for (const peer of peers) {
    const worker = await workers.fresh(peer, { kb: KB })
    if (!worker) continue
    try {
      const { samples, ...spent } = await worker.call('memory', { kb: KB, concurrency: CONCURRENCY, seconds })
      const second = samples.filter(({ x }) => x >= seconds / 2)
      const last = samples.filter(({ x }) => x >= seconds * 0.8)
      const result = {
        ...spent,
        peer: peer.name,
        samples,
        finalMb: median(last.map(({ y }) => y)),
        growth: slope(second) * 60,
      }
      console.log(
        `  ${peer.name}: ${count(result.finalMb)} MB after ${seconds} s, ${result.growth.toFixed(1)} MB per minute`,
      )
      results.push(result)
    } catch (error) {
      console.log(`  ${peer.name}, memory: ${messageOf(error)}`)
    } finally {
      await worker.stop()
    }
  }
  return results
}
