// The operations of the stores: throughput, latency, event-loop time and CPU time of each. The peers take turns within each
// round, in a different order each time, so that a disturbance of the machine affects all of them.

import { messageOf } from '../../scripts/lib/program.mjs'
import { combine } from '../lib/statistics.mjs'
import { count, kilobytes } from '../lib/format.mjs'

/** @typedef {import('../lib/types.js').Case} Case */
/** @typedef {import('../lib/types.js').Peer} Peer */
/** @typedef {import('../lib/types.js').Measurement} Measurement */
/** @typedef {import('../lib/workers.mjs').Workers} Workers */
/** @typedef {Pick<import('../lib/types.js').Plan, 'rounds' | 'warmUp' | 'slice'>} Times */

/**
 * Measures the cases. Resolves with one result for each case and peer that has the operation.
 * @param {{ cases: Case[], peers: Peer[], workers: Workers } & Times} options
 * @returns {Promise<import('../lib/types.js').OperationResult[]>}
 */
export async function measureOperations({ cases, peers, workers, rounds, warmUp, slice }) {
  /** @type {Map<string, { peer: string, measurements: Measurement[] } & Case>} */
  const found = new Map()
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, options] of cases.entries()) {
      const line = []
      for (const peer of rotated(peers, round + index).filter((candidate) => offers(candidate, options))) {
        const measurement = await measureOne({ peer, options, workers, warmUp, slice })
        if (!measurement) continue
        const key = `${peer.name} ${nameOf(options)}`
        const entry = found.get(key) ?? { peer: peer.name, ...options, measurements: [] }
        entry.measurements.push(measurement)
        found.set(key, entry)
        line.push(
          `${peer.name} ${count(measurement.perSecond)}${measurement.errors > 0 ? ` (${measurement.errors} errors)` : ''}`,
        )
      }
      console.log(`  round ${round + 1}/${rounds}, ${nameOf(options)}, per second: ${line.sort().join(', ')}`)
    }
  }
  return [...found.values()].map(({ measurements, ...result }) => ({ ...result, ...combine(measurements) }))
}

/** @param {{ peer: Peer, options: Case, workers: Workers } & Omit<Times, 'rounds'>} options */
async function measureOne({ peer, options, workers, warmUp, slice }) {
  const worker = await workers.get(peer, options)
  try {
    return await worker?.call('slice', { ...options, warmUp, slice })
  } catch (error) {
    console.log(`  ${peer.name}, ${nameOf(options)}: ${messageOf(error)}`)
    return undefined
  }
}

/**
 * The name of a case in filters and reports, e.g. `get@128 1KB 0ms`.
 * @param {Case} options
 */
export function nameOf({ op, concurrency, kb, delay }) {
  return `${op}@${concurrency} ${kilobytes(kb)} ${delay}ms`
}

/**
 * Whether a peer can be measured under these conditions.
 * @param {Peer} peer
 * @param {Case} options
 */
function offers(peer, { op, delay }) {
  if (delay > 0 && peer.server === undefined) return false
  return peer.touches || (op !== 'touch' && op !== 'mixed')
}

/**
 * The list, starting with another element.
 * @template T
 * @param {T[]} list
 * @param {number} by how many elements move to the end
 */
export function rotated(list, by) {
  const start = by % list.length
  return [...list.slice(start), ...list.slice(0, start)]
}
