// The process of one peer: opens its store, and does with it what the benchmark asks for.
// Arguments: the name of the peer, its URL, the process id of its server.

import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { serve } from '../../scripts/lib/serve.mjs'
import { Large } from '../lib/large.mjs'
import { measure } from '../lib/loop.mjs'
import { OPERATIONS, fill, operation } from '../lib/operations.mjs'
import { verify } from '../lib/verify.mjs'
import { openStore, peerNamed } from '../peers.mjs'

/** @typedef {import('../lib/types.js').OperationName} OperationName */
/** @typedef {typeof methods} Methods */

/**
 * @typedef {object} SliceOptions
 * @property {OperationName} op
 * @property {number} kb
 * @property {number} concurrency
 * @property {number} warmUp in ms
 * @property {number} slice in ms
 * @property {boolean} [latencies] `false` records none
 */

const [name = '', url = '', pid] = process.argv.slice(2)
const peer = peerNamed(name)
const serverPid = Number(pid) || undefined
const opened = openStore(name, url)
opened.catch(() => {}) // each call reports the error
/**
 * The large session under way.
 * @type {Large | undefined}
 */
let running

/**
 * Runs one operation for a while.
 * @param {SliceOptions} options
 */
async function slice({ op, kb, concurrency, warmUp, slice: length, latencies }) {
  const { store } = await opened
  const begin = await operation(op, store, { kb, concurrency })
  return measure({ begin, concurrency, warmUp, slice: length, serverPid, latencies })
}

const methods = {
  async verify() {
    const { store } = await opened
    await verify(peer, store)
  },

  /**
   * Stores the sessions of a size.
   * @param {{ kb: number }} options
   */
  async fill({ kb }) {
    const { store } = await opened
    await fill(store, kb)
  },

  /**
   * Runs each operation for a while, so that its code is compiled before anything is measured.
   * @param {{ kb: number, ms: number }} options
   */
  async warm({ kb, ms }) {
    for (const op of OPERATIONS) {
      if (!peer.touches && (op === 'touch' || op === 'mixed')) continue
      await slice({ op, kb, concurrency: 16, warmUp: 0, slice: ms })
    }
  },

  slice,

  /**
   * Like `slice`, and also gives the 99th percentile of the event-loop delay, in ms.
   * @param {SliceOptions} options
   */
  async sliceWithDelay(options) {
    const delays = monitorEventLoopDelay({ resolution: 1 })
    delays.enable()
    const result = await slice(options)
    delays.disable()
    return { ...result, delayP99: delays.percentile(99) / 1e6 }
  },

  /**
   * Like `slice`, while one large session is read and written through the same store without a pause.
   * @param {SliceOptions & { largeKb: number }} options
   */
  async besideLarge({ largeKb, ...options }) {
    const { store } = await opened
    const large = new Large(store, largeKb)
    const result = await slice(options)
    return { ...result, ...(await large.stop()) }
  },

  /**
   * Reads and writes one large session without a pause, until `stopLarge`.
   * @param {{ largeKb: number }} options
   */
  async startLarge({ largeKb }) {
    const { store } = await opened
    running = new Large(store, largeKb)
  },

  async stopLarge() {
    if (!running) throw new Error('no large session is under way')
    return running.stop()
  },

  /**
   * Runs a mixed load for a while, and gives the memory of the process over time: MB over seconds.
   * @param {{ kb: number, concurrency: number, seconds: number }} options
   */
  async memory({ kb, concurrency, seconds }) {
    /** @type {import('../lib/types.js').Point[]} */
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
}

serve(methods)
