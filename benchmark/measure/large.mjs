// Small sessions while somebody else reads and writes a session of 15 MB, through the same store, and without. What
// JSON alone costs is reported beside: every store pays it on the event loop, once for each such read or write.

import { count } from '../lib/format.mjs'
import { combine } from '../lib/statistics.mjs'

const KB = 1
const LARGE_KB = 15 * 1024
const CONCURRENCY = 16

/** Measures `get` of small sessions; gives `{ peer, alone, beside }` for each peer. */
export async function measureLarge({ peers, workers, rounds, warmUp, slice }) {
  const found = new Map(peers.map((peer) => [peer.name, { alone: [], beside: [] }]))
  const options = { op: 'get', kb: KB, concurrency: CONCURRENCY, warmUp, slice: Math.max(slice, 1000) * 2 }
  for (let round = 0; round < rounds; round += 1) {
    for (const peer of peers) {
      const worker = await workers.get(peer, { kb: KB })
      if (!worker) continue
      try {
        const alone = await worker.call('slice', options)
        const beside = await worker.call('besideLarge', { ...options, largeKb: LARGE_KB })
        found.get(peer.name).alone.push(alone)
        found.get(peer.name).beside.push(beside)
        const times = `p99 ${count(alone.p99)} ms alone, ${count(beside.p99)} ms beside`
        console.log(`  round ${round + 1}/${rounds}, ${peer.name}: ${times} ${count(beside.largePerSecond)} large ones a second`)
      } catch (error) {
        console.log(`  ${peer.name}, large sessions: ${error.message}`)
      }
    }
  }
  return [...found]
    .filter(([, { beside }]) => beside.length > 0)
    .map(([peer, { alone, beside }]) => {
      const conditions = { kb: KB, largeKb: LARGE_KB, concurrency: CONCURRENCY }
      return { peer, ...conditions, alone: combine(alone), beside: combine(beside) }
    })
}
