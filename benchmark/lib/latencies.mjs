// All latencies of one slice: a histogram would round them. Recording one costs a write to an array, so that measuring
// does not slow down the fastest peer.

import { percentile } from './statistics.mjs'

export class Latencies {
  #keep
  #values
  count = 0

  /** @param {{ keep?: boolean }} [options] `keep: false` only counts: where memory is measured, a list would add to it */
  constructor({ keep = true } = {}) {
    this.#keep = keep
    this.#values = new Float64Array(keep ? 1 << 16 : 0)
  }

  /**
   * Records one latency.
   * @param {number} value in ms
   */
  record(value) {
    if (!this.#keep) {
      this.count += 1
      return
    }
    if (this.count === this.#values.length) {
      const larger = new Float64Array(this.#values.length * 2)
      larger.set(this.#values)
      this.#values = larger
    }
    this.#values[this.count] = value
    this.count += 1
  }

  /**
   * The percentiles in ms. Must be called after the slice, because it sorts.
   * @returns {import('./types.js').Percentiles}
   */
  summary() {
    if (!this.#keep) return {}
    const sorted = this.#values.subarray(0, this.count).sort()
    return { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99), p999: percentile(sorted, 0.999) }
  }
}
