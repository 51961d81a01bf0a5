// The process of one peer: opens its store and does with it what the benchmark asks.
// Arguments: the peer's name, its URL, the process id of its server.

import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { Large } from '../lib/large.mjs'
import { measure } from '../lib/loop.mjs'
import { OPERATIONS } from '../lib/operation-names.mjs'
import { fill, operation } from '../lib/operations.mjs'
import { serve } from '../lib/serve.mjs'
import { verify } from '../lib/verify.mjs'
import { openStore, peerNamed } from '../peers.mjs'

const [name, url, pid] = process.argv.slice(2)
const peer = peerNamed(name)
const serverPid = Number(pid) || undefined
const opened = openStore(name, url)
opened.catch(() => {}) // each call tells
let running // the large session under way

/** Runs one operation for a while. */
async function slice({ op, kb, concurrency, warmUp, slice: length, latencies }) {
  const { store } = await opened
  const begin = await operation(op, store, { kb, concurrency })
  return measure({ begin, concurrency, warmUp, slice: length, serverPid, latencies })
}

serve({
  async verify() {
    const { store } = await opened
    await verify(peer, store)
  },

  /** Stores the sessions of a size. */
  async fill({ kb }) {
    const { store } = await opened
    await fill(store, kb)
  },

  /** Lets the code be compiled before the first slice counts. */
  async warm({ kb, ms }) {
    for (const op of OPERATIONS) {
      if (!peer.touches && (op === 'touch' || op === 'mixed')) continue
      await slice({ op, kb, concurrency: 16, warmUp: 0, slice: ms })
    }
  },

  slice,

  /** As `slice`, with the delay of the event loop beside: its 99th percentile in ms. */
  async sliceWithDelay(options) {
    const delays = monitorEventLoopDelay({ resolution: 1 })
    delays.enable()
    const result = await slice(options)
    delays.disable()
    return { ...result, delayP99: delays.percentile(99) / 1e6 }
  },

  /** As `slice`, while one large session is read and written through the same store, without a pause. */
  async besideLarge({ largeKb, ...options }) {
    const { store } = await opened
    const large = new Large(store, largeKb)
    const result = await slice(options)
    return { ...result, ...(await large.stop()) }
  },

  /** Reads and writes one large session without a pause, until `stopLarge`. */
  async startLarge({ largeKb }) {
    const { store } = await opened
    running = new Large(store, largeKb)
  },

  stopLarge() {
    return running.stop()
  },

  /** Mixed load for `seconds`; gives the memory of the process over time, as `{ x: seconds, y: MB }`. */
  async memory({ kb, concurrency, seconds }) {
    const samples = []
    const startedAt = performance.now()
    const sample = () => {
      samples.push({ x: (performance.now() - startedAt) / 1000, y: process.memoryUsage.rss() / 1e6 })
    }
    sample()
    const timer = setInterval(sample, 500)
    const result = await slice({ op: 'mixed', kb, concurrency, warmUp: 0, slice: seconds * 1000, latencies: false })
    clearInterval(timer)
    return { ...result, samples }
  },

  async close() {
    const { close } = await opened
    await Promise.race([close(), delay(3000)])
  },
})
