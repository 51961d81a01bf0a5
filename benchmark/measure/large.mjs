// Small sessions while one of 15 MB is read and written without a pause: by another process, as in an application of
// several, and through the same store. There JSON blocks the event loop for both; its time is reported beside.

import { count } from '../lib/format.mjs'
import { combine } from '../lib/statistics.mjs'

const KB = 1
const LARGE_KB = 15 * 1024
const CONCURRENCY = 16

/** Measures `get` of small sessions; gives `{ peer, alone, others, beside }` for each peer. */
export async function measureLarge({ peers, workers, rounds, warmUp, slice }) {
  const found = new Map(peers.map((peer) => [peer.name, { alone: [], others: [], beside: [] }]))
  const options = { op: 'get', kb: KB, concurrency: CONCURRENCY, warmUp, slice: Math.max(slice, 1000) * 2 }
  const others = new Map()
  try {
    for (let round = 0; round < rounds; round += 1) {
      for (const peer of peers) {
        const worker = await workers.get(peer, { kb: KB })
        if (!worker) continue
        try {
          if (!others.has(peer)) others.set(peer, await workers.fresh(peer, { kb: KB }))
          const measured = await measureRound(worker, others.get(peer), options)
          for (const [name, list] of Object.entries(found.get(peer.name))) list.push(measured[name])
          const { alone, others: aside, beside } = measured
          const times = [alone, aside, beside].map(({ p99 }) => count(p99))
          console.log(
            `  round ${round + 1}/${rounds}, ${peer.name}: p99 ${times[0]} ms alone, ${times[1]} ms beside another process, ${times[2]} ms in one`,
          )
        } catch (error) {
          console.log(`  ${peer.name}, large sessions: ${error.message}`)
        }
      }
    }
  } finally {
    for (const child of others.values()) await child?.stop()
  }
  return [...found]
    .filter(([, { beside }]) => beside.length > 0)
    .map(([peer, lists]) => {
      const conditions = { kb: KB, largeKb: LARGE_KB, concurrency: CONCURRENCY }
      return {
        peer,
        ...conditions,
        ...Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, combine(list)])),
      }
    })
}

async function measureRound(worker, other, options) {
  const alone = await worker.call('slice', options)
  await other.call('startLarge', { largeKb: LARGE_KB })
  const measured = await worker.call('slice', options)
  const others = { ...measured, ...(await other.call('stopLarge')) }
  const beside = await worker.call('besideLarge', { ...options, largeKb: LARGE_KB })
  return { alone, others, beside }
}
