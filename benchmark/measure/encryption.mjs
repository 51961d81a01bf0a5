// Encrypted sessions: each format by this package and by connect-mongo, and ours without encryption beside them.

import { count } from '../lib/format.mjs'
import { combine } from '../lib/statistics.mjs'
import { ENCRYPTED_PEERS } from '../peers.mjs'
import { rotated } from './operations.mjs'

const KB = 1
const CASES = [128, 1].flatMap((concurrency) => ['get', 'set'].map((op) => ({ op, concurrency, kb: KB })))

/** Gives `{ peer, format, op, concurrency, … }` for each peer and case. */
export async function measureEncryption({ workers, rounds, warmUp, slice }) {
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
          if (!found.has(key)) found.set(key, { peer: peer.name, format: peer.format, ...options, measurements: [] })
          found.get(key).measurements.push(measurement)
          line.push(`${peer.name} ${count(measurement.perSecond)}`)
        } catch (error) {
          console.log(`  ${key}: ${error.message}`)
        }
      }
      console.log(
        `  round ${round + 1}/${rounds}, ${options.op}@${options.concurrency}, per second: ${line.sort().join(', ')}`,
      )
    }
  }
  return [...found.values()].map(({ measurements, ...result }) => ({ ...result, ...combine(measurements) }))
}
