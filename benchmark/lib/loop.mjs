// A closed loop: a fixed number of operations is in flight, and each that ends is followed by the next. After the
// warm-up one slice is measured; an operation belongs to it when it ends within it.

import { performance } from 'node:perf_hooks'
import { Latencies } from './latencies.mjs'
import { Meter } from './meter.mjs'

/** How long operations may be silent before those in flight count as lost; in ms. */
const SILENCE = 20_000

/**
 * Measures one slice. Resolves when nothing is in flight any more.
 *
 * - `begin`: of `operations.mjs`.
 * - `warmUp`, `slice`: ms.
 * - `serverPid`: as for Meter.
 * - `latencies`: false measures none.
 */
export function measure({ begin, concurrency, warmUp, slice, serverPid, latencies: keep = true }) {
  return new Promise((resolve) => {
    const latencies = new Latencies({ keep })
    const measureFrom = performance.now() + warmUp
    let endAt = Infinity
    let meter
    let result
    let inFlight = concurrency
    let errors = 0
    let firstError
    let progress = 0
    let seen = 0

    // Notices a store that doesn't answer: an operation without an end must not stop the benchmark.
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

    function lane(index) {
      let startedAt
      const next = () => {
        startedAt = performance.now()
        try {
          begin(index, done)
        } catch (error) {
          setImmediate(done, error)
        }
      }
      const done = (error) => {
        const now = performance.now()
        progress += 1
        if (error) {
          errors += 1
          firstError ??= String(error.message ?? error)
        } else if (meter && !result) {
          latencies.record(now - startedAt)
        }
        if (!meter && now >= measureFrom) {
          meter = new Meter(serverPid)
          endAt = now + slice
        } else if (!result && now >= endAt) {
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
