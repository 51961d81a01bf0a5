// The memory of a process under mixed load, over a minute: how much it is, and whether it grows.

import { count } from '../lib/format.mjs'
import { median, slope } from '../lib/statistics.mjs'

const KB = 1
const CONCURRENCY = 64

/** Gives `{ peer, samples, finalMb, growth }`; `growth`, in MB per minute, is that of the second half. */
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
      console.log(`  ${peer.name}, memory: ${error.message}`)
    } finally {
      await worker.stop()
    }
  }
  return results
}
