// Encrypted sessions: each format with this package and with connect-mongo, and this package without encryption.

import { messageOf } from '../../scripts/lib/program.mjs'
import { count } from '../lib/format.mjs'
import { combine } from '../lib/statistics.mjs'
import { ENCRYPTED_PEERS } from '../peers.mjs'
import { rotated } from './operations.mjs'

/** @typedef {import('../lib/types.js').EncryptionResult} EncryptionResult */
/** @typedef {Omit<import('../lib/types.js').Case, 'delay'>} Case */
/** @typedef {import('../lib/types.js').Measurement & { delayP99: number }} Measurement */

const KB = 1
/** @type {Case[]} */
const CASES = [128, 1].flatMap((concurrency) => [
  { op: 'get', concurrency, kb: KB },
  { op: 'set', concurrency, kb: KB },
])

/**
 * Measures each case with each peer.
 * @param {{ workers: import('../lib/workers.mjs').Workers } & import('./operations.mjs').Times} options
 * @returns {Promise<EncryptionResult[]>}
 */
export async function measureEncryption({ workers, rounds, warmUp, slice }) {
  /** @type {Map<string, Case & { peer: string, format?: string, measurements: Measurement[] }>} */
  const found = new Map()
  for (let round = 0; round < rounds; round += 1) {
    for (const options of CASES) {
      const line = []
      for (const peer of rotated(ENCRYPTED_PEERS, round)) {
        const worker = await workers.get(peer, { kb: KB })
        if (!worker) continue
        const key = `${peer.name} ${options.op}@${options.concurrency}`
        try {
          const measurement = await worker.call('sliceWithDelay', { ...options, warmUp, slice })
          const entry = found.get(key) ?? { peer: peer.name, format: peer.format, ...options, measurements: [] }
          entry.measurements.push(measurement)
          found.set(key, entry)
          line.push(`${peer.name} ${count(measurement.perSecond)}`)
        } catch (error) {
          console.log(`  ${key}: ${messageOf(error)}`)
        }
      }
      console.log(
        `  round ${round + 1}/${rounds}, ${options.op}@${options.concurrency}, per second: ${line.sort().join(', ')}`,
      )
    }
  }
  return [...found.values()].map(({ measurements, ...result }) => ({ ...result, ...combine(measurements) }))
}
