'use strict'

// Counts what the fallback has done so far, in the form of `src/node/statistics.rs`.

/** @import { Latency, Statistics } from '../../common/native.js' */

/** The step from one class of latencies to the next: about one percent, as in the addon. */
const STEP = Math.log(1.01)

/** The latencies of one kind of operations, in microseconds, counted in classes of about the same relative size. */
class Histogram {
  /** @type {Map<number, number>} */
  #classes = new Map()
  #count = 0
  #sum = 0
  #max = 0

  /** @param {number} microseconds */
  add(microseconds) {
    const at = Math.round(Math.log(Math.max(1, microseconds)) / STEP)
    this.#classes.set(at, (this.#classes.get(at) ?? 0) + 1)
    this.#count += 1
    this.#sum += microseconds
    this.#max = Math.max(this.#max, microseconds)
  }

  /** @param {number} share */
  #quantile(share) {
    let left = share * this.#count
    for (const at of [...this.#classes.keys()].sort((one, other) => one - other)) {
      left -= this.#classes.get(at) ?? 0
      if (left <= 0) return Math.min(this.#max, Math.exp(at * STEP))
    }
    return this.#max
  }

  /**
   * @param {string} operation
   * @returns {Latency}
   */
  summary(operation) {
    return {
      operation,
      count: this.#count,
      mean: this.#sum / this.#count,
      p50: this.#quantile(0.5),
      p99: this.#quantile(0.99),
      p999: this.#quantile(0.999),
      max: this.#max,
    }
  }
}

class Counts {
  /** The number of commands, each with one operation, and of repeated ones. */
  #sent = 0
  #retries = 0
  /** @type {Map<string, Histogram>} */
  #latencies = new Map()
  /** @type {Map<string, number>} */
  #errors = new Map()

  /**
   * Counts a command.
   * @param {boolean} isRetry
   */
  sent(isRetry) {
    this.#sent += 1
    if (isRetry) this.#retries += 1
  }

  /**
   * Counts the answer to a caller.
   * @param {string} kind of the operation
   * @param {number} milliseconds since its call
   * @param {Error | null} error
   */
  answered(kind, milliseconds, error) {
    const histogram = this.#latencies.get(kind) ?? new Histogram()
    this.#latencies.set(kind, histogram)
    histogram.add(milliseconds * 1000)
    if (error) this.#errors.set(error.name, (this.#errors.get(error.name) ?? 0) + 1)
  }

  /**
   * @param {{waiting: number, inFlight: number}} load
   * @returns {Statistics}
   */
  summary({ waiting, inFlight }) {
    return {
      batches: this.#sent,
      steps: this.#sent,
      retries: this.#retries,
      waiting,
      inFlight,
      latencies: [...this.#latencies].map(([kind, histogram]) => histogram.summary(kind)),
      errors: [...this.#errors].map(([name, count]) => ({ name, count })),
    }
  }
}

module.exports = { Counts }
