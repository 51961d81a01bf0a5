// Operations of the stores: throughput, latency, event-loop time and CPU time of each. Peers take turns within each
// round, in another order each time, so that whatever disturbs the machine disturbs them alike.

import { combine } from '../lib/statistics.mjs'
import { count, kilobytes } from '../lib/format.mjs'

/**
 * Measures `cases`, `{ op, concurrency, kb, delay }` each; gives one result for each case and peer that offers it.
 */
export async function measureOperations({ cases, peers, workers, rounds, warmUp, slice }) {
  const found = new Map()
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, options] of cases.entries()) {
      const line = []
      for (const peer of rotated(peers, round + index).filter((candidate) => offers(candidate, options))) {
        const measurement = await measureOne({ peer, options, workers, warmUp, slice })
        if (!measurement) continue
        const key = `${peer.name} ${nameOf(options)}`
        if (!found.has(key)) found.set(key, { peer: peer.name, ...options, measurements: [] })
        found.get(key).measurements.push(measurement)
        line.push(
          `${peer.name} ${count(measurement.perSecond)}${measurement.errors > 0 ? ` (${measurement.errors} errors)` : ''}`,
        )
      }
      console.log(`  round ${round + 1}/${rounds}, ${nameOf(options)}, per second: ${line.sort().join(', ')}`)
    }
  }
  return [...found.values()].map(({ measurements, ...result }) => ({ ...result, ...combine(measurements) }))
}

async function measureOne({ peer, options, workers, warmUp, slice }) {
  const worker = await workers.get(peer, options)
  try {
    return await worker?.call('slice', { ...options, warmUp, slice })
  } catch (error) {
    console.log(`  ${peer.name}, ${nameOf(options)}: ${error.message}`)
    return undefined
  }
}

/** What a case is called in filters and reports, e.g. `get@128 1KB 0ms`. */
export function nameOf({ op, concurrency, kb, delay }) {
  return `${op}@${concurrency} ${kilobytes(kb)} ${delay}ms`
}

function offers(peer, { op, delay }) {
  if (delay > 0 && peer.server === undefined) return false
  return peer.touches || (op !== 'touch' && op !== 'mixed')
}

/** The list, beginning elsewhere. */
export function rotated(list, by) {
  const start = by % list.length
  return [...list.slice(start), ...list.slice(0, start)]
}
