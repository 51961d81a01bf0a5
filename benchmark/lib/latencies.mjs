// Latencies of one slice, all of them: a histogram would round them. Recording one costs a store into an array, so that
// the fastest peer is not slowed down by being watched.

import { percentile } from './statistics.mjs'

export class Latencies {
  #keep
  #values
  count = 0

  /** With `keep: false` they are only counted: where memory is measured, that of a list of them would count too. */
  constructor({ keep = true } = {}) {
    this.#keep = keep
    this.#values = new Float64Array(keep ? 1 << 16 : 0)
  }

  /** Records one latency in ms. */
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

  /** The percentiles in ms; sorts, so to be called after the slice. */
  summary() {
    if (!this.#keep) return {}
    const sorted = this.#values.subarray(0, this.count).sort()
    return { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99), p999: percentile(sorted, 0.999) }
  }
}
