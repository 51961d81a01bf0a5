// Measures from outside when the servers themselves took no writes: the time of an election, which no store can be blamed
// for. A writer for each server writes, again and again.

import { setTimeout as sleep } from 'node:timers/promises'

/** @typedef {{ from: number, to: number }} Outage by `performance.now()` */

/**
 * What writes to a server, by a driver and not by a store. A write fails if it is not done within `LIMIT`.
 * @typedef {{ write(): Promise<unknown>, close(): Promise<unknown> }} Writer
 */

/** How long an attempt may take, in ms. */
export const LIMIT = 1000
/** Between two attempts on a server, in ms. */
const INTERVAL = 100
/** What is no outage: the time between two writes on a busy machine, in ms. */
const SHORT = 500

export class Availability {
  #writers
  #running = true
  /** @type {Promise<void>[]} */
  #loops
  /**
   * The writes that succeeded.
   * @type {Outage[]}
   */
  #writes = []

  /** @param {Writer[]} writers one for each server */
  constructor(writers) {
    this.#writers = writers
    this.#loops = writers.map((writer) => this.#watch(writer))
  }

  /** @param {Writer} writer */
  async #watch(writer) {
    while (this.#running) {
      const from = performance.now()
      // A server that takes no writes refuses, and one that is away does not answer.
      const isDone = await writer.write().then(
        () => true,
        () => false,
      )
      if (isDone) this.#writes.push({ from, to: performance.now() })
      await sleep(INTERVAL)
    }
  }

  /** Ends the measurement. Resolves with the outages. */
  async stop() {
    this.#running = false
    await Promise.all(this.#loops)
    await Promise.all(this.#writers.map((writer) => writer.close()))
    return outagesBetween(this.#writes)
  }
}

/**
 * The outages: each lasts from the start of the last write before it to the end of the first one after it. Writes that only
 * take long, because the network is slow, are no outage.
 * @param {Outage[]} writes
 */
function outagesBetween(writes) {
  const inOrder = writes.toSorted((one, other) => one.to - other.to)
  return inOrder.slice(1).flatMap((next, index) => {
    const last = inOrder[index]
    return next.from - last.to > SHORT ? [{ from: last.from, to: next.to }] : []
  })
}
