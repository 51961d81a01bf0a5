// A closed loop: a fixed number of operations is in flight, and the end of each starts the next. After the warm-up, one
// slice is measured. An operation belongs to the slice in which it ends.

import { performance } from 'node:perf_hooks'
import { messageOf } from '../../scripts/lib/program.mjs'
import { Latencies } from './latencies.mjs'
import { Meter } from './meter.mjs'

/** @typedef {import('./types.js').Measurement} Measurement */

/** The time without any answer after which the operations in flight count as lost, in ms. */
const SILENCE = 20_000

/**
 * Measures one slice, and resolves when nothing is in flight any more.
 * @param {object} options
 * @param {import('./operations.mjs').Begin} options.begin
 * @param {number} options.concurrency
 * @param {number} options.warmUp in ms
 * @param {number} options.slice in ms
 * @param {number | undefined} options.serverPid as for Meter
 * @param {boolean | undefined} [options.latencies] `false` records none
 * @returns {Promise<Measurement>}
 */
export function measure({ begin, concurrency, warmUp, slice, serverPid, latencies: keep = true }) {
  return new Promise((resolve) => {
    const latencies = new Latencies({ keep })
    const measureFrom = performance.now() + warmUp
    let endAt = Infinity
    /** @type {Meter | undefined} */
    let meter
    /** @type {import('./types.js').Spent | undefined} */
    let result
    let inFlight = concurrency
    let errors = 0
    /** @type {string | undefined} */
    let firstError
    let progress = 0
    let seen = 0

    // Notices a store that does not answer: an operation that never ends must not stop the benchmark.
    const watch = setInterval(() => {
      if (progress !== seen) {
        seen = progress
        return
      }
      errors += inFlight
      firstError ??= `${inFlight} operations were not answered`
      finish()
    }, SILENCE)

    function finish() {
      clearInterval(watch)
      result ??= (meter ?? new Meter(serverPid)).stop(latencies.count)
      resolve({ ...result, ...latencies.summary(), errors, firstError })
    }

    /** @param {number} index */
    function lane(index) {
      let startedAt = 0
      const next = () => {
        startedAt = performance.now()
        try {
          begin(index, done)
        } catch (error) {
          setImmediate(done, error)
        }
      }
      /** @param {unknown} [error] */
      const done = (error) => {
        const now = performance.now()
        progress += 1
        if (error) {
          errors += 1
          firstError ??= messageOf(error)
        } else if (meter && !result) {
          latencies.record(now - startedAt)
        }
        if (!meter && now >= measureFrom) {
          meter = new Meter(serverPid)
          endAt = now + slice
        } else if (meter && !result && now >= endAt) {
          result = meter.stop(latencies.count)
        }
        if (!result) {
          next()
        } else {
          inFlight -= 1
          if (inFlight === 0) finish()
        }
      }
      next()
    }

    for (let index = 0; index < concurrency; index += 1) lane(index)
  })
}
