// Lets servers fail: which faults, and when, is chosen by a seed.

import { setTimeout as sleep } from 'node:timers/promises'

/** @typedef {{ name: string, isSlow?: boolean, from: number, to: number }} Fault by `performance.now()` */
/** @typedef {() => number} Random */

/**
 * A kind of fault. It lasts for about the given time, in milliseconds, and is over when the promise resolves.
 * @template T the servers
 * @typedef {object} Kind
 * @property {string} name
 * @property {(servers: T, ms: number) => Promise<unknown>} cause
 * @property {boolean} [isLong] whether it lasts as long as any fault may
 * @property {boolean} [isSlow] whether the servers work, and only the network takes long
 */

/**
 * @typedef {object} Course
 * @property {Random} random
 * @property {(count: number) => boolean} isEnough whether so many faults are enough
 * @property {number} longest the duration of the longest fault, in ms
 * @property {number} pause after each fault, in ms
 * @property {(message: string) => void} tell
 */

/**
 * Lets one fault follow the other: each kind once, in an order of chance, then each kind again. Between two of them all
 * servers come back.
 * @template {{ complete(): Promise<void> }} T
 * @param {T} servers
 * @param {Course & { kinds: Kind<T>[] }} course
 * @returns {Promise<Fault[]>}
 */
export async function letFail(servers, { kinds, random, isEnough, longest, pause, tell }) {
  /** @type {Fault[]} */
  const faults = []
  /** @type {Kind<T>[]} */
  let next = []
  while (!isEnough(faults.length)) {
    if (next.length === 0) next = shuffled(kinds, random)
    const [{ name, cause, isLong, isSlow }] = next.splice(0, 1)
    const ms = isLong ? longest : Math.round(longest * (0.3 + 0.7 * random()))
    const from = performance.now()
    await cause(servers, ms)
    const fault = { name, isSlow, from, to: performance.now() }
    await servers.complete()
    faults.push(fault)
    tell(`${name}: ${((fault.to - from) / 1000).toFixed(1)} s`)
    await sleep(pause)
  }
  return faults
}

/**
 * @template T
 * @param {T[]} items
 * @param {Random} random
 */
function shuffled(items, random) {
  const keys = new Map(items.map((item) => [item, random()]))
  return items.toSorted((one, other) => Number(keys.get(one)) - Number(keys.get(other)))
}
