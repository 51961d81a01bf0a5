// Small sessions while one of 15 MB is read and written without a pause: by another process, as in an application with
// several processes, and through the same store. In the same process, JSON blocks the event loop for both kinds of session;
// the report shows for how long.

import { messageOf } from '../../scripts/lib/program.mjs'
import { count } from '../lib/format.mjs'
import { combine } from '../lib/statistics.mjs'

/** @typedef {import('../lib/types.js').Peer} Peer */
/** @typedef {import('../lib/types.js').Measurement & Partial<import('../lib/types.js').LargeSpent>} Measurement */
/** @typedef {import('../lib/workers.mjs').Worker} Worker */
/** @typedef {import('../process/worker.mjs').SliceOptions} SliceOptions */

const KB = 1
const LARGE_KB = 15 * 1024
const CONCURRENCY = 16

/**
 * Measures `get` of small sessions with each peer.
 * @param {{ peers: Peer[], workers: import('../lib/workers.mjs').Workers } & import('./operations.mjs').Times} options
 * @returns {Promise<import('../lib/types.js').LargeResult[]>}
 */
export async function measureLarge({ peers, workers, rounds, warmUp, slice }) {
  /** @type {Map<string, { alone: Measurement, others: Measurement, beside: Measurement }[]>} */
  const found = new Map(peers.map((peer) => [peer.name, []]))
  /** @type {Map<string, Worker>} */
  const others = new Map()
  /** @type {SliceOptions} */
  const options = { op: 'get', kb: KB, concurrency: CONCURRENCY, warmUp, slice: Math.max(slice, 1000) * 2 }
  try {
    for (let round = 0; round < rounds; round += 1) {
      for (const peer of peers) {
        const worker = await workers.get(peer, { kb: KB })
        if (!worker) continue
        try {
          const other = others.get(peer.name) ?? (await workers.fresh(peer, { kb: KB }))
          if (!other) continue
          others.set(peer.name, other)
          const measured = await measureRound(worker, other, options)
          found.get(peer.name)?.push(measured)
          const [alone, aside, beside] = [measured.alone, measured.others, measured.beside].map(({ p99 }) => count(p99))
          console.log(
            `  round ${round + 1}/${rounds}, ${peer.name}: p99 ${alone} ms alone, ${aside} ms beside another process, ${beside} ms in one process`,
          )
        } catch (error) {
          console.log(`  ${peer.name}, large sessions: ${messageOf(error)}`)
        }
      }
    }
  } finally {
    for (const child of others.values()) await child.stop()
  }
  return [...found]
    .filter(([, measured]) => measured.length > 0)
    .map(([peer, measured]) => ({
      peer,
      kb: KB,
      largeKb: LARGE_KB,
      concurrency: CONCURRENCY,
      alone: combine(measured.map(({ alone }) => alone)),
      others: combine(measured.map((measurement) => measurement.others)),
      beside: combine(measured.map(({ beside }) => beside)),
    }))
}

/**
 * @param {Worker} worker
 * @param {Worker} other
 * @param {SliceOptions} options
 */
async function measureRound(worker, other, options) {
  const alone = await worker.call('slice', options)
  await other.call('startLarge', { largeKb: LARGE_KB })
  const measured = await worker.call('slice', options)
  const others = { ...measured, ...(await other.call('stopLarge')) }
  const beside = await worker.call('besideLarge', { ...options, largeKb: LARGE_KB })
  return { alone, others, beside }
}
