// What goes wrong with the servers, and when: chosen by a seed.

import { setTimeout as sleep } from 'node:timers/promises'

/** @typedef {import('./servers.mjs').Servers} Servers */
/** @typedef {{ name: string, from: number, to: number }} Fault by `performance.now()` */
/** @typedef {() => number} Random */
/** @typedef {(servers: Servers, ms: number) => Promise<unknown>} Kind */

/**
 * The kinds of faults. Each lasts for about the given time, in milliseconds, and is over when the promise resolves.
 * @type {Record<string, Kind>}
 */
const KINDS = {
  'kill -9 of the primary': async ({ set }, ms) => {
    const primary = await set.primary()
    await primary.kill('SIGKILL')
    await sleep(ms)
    await primary.restart()
  },
  'step-down': ({ set }) => set.stepDown(),
  'primary stopped (SIGSTOP)': async ({ set }, ms) => {
    const primary = await set.primary()
    await primary.kill('SIGSTOP')
    await sleep(ms)
    await primary.kill('SIGCONT')
  },
  'primary cut off from the network': async ({ set, proxyOf }, ms) => {
    const proxy = proxyOf(await set.primary())
    proxy.swallow()
    await sleep(ms)
    proxy.pass()
  },
  'majority lost and found': async ({ set }, ms) => {
    const primary = await set.primary()
    const others = set.members.filter((member) => member !== primary)
    await Promise.all(others.map((member) => member.kill('SIGKILL')))
    await sleep(ms)
    await Promise.all(others.map((member) => member.restart()))
  },
}

/** The number of kinds. */
export const KIND_COUNT = Object.keys(KINDS).length

/**
 * Lets one fault follow the other: each kind once, in an order of chance, then each kind again. Between two of them all
 * members come back.
 * @param {Servers} servers
 * @param {object} options
 * @param {Random} options.random
 * @param {(count: number) => boolean} options.isEnough whether so many faults are enough
 * @param {number} options.longest the duration of the longest fault, in ms
 * @param {number} options.pause after each fault, in ms
 * @param {(message: string) => void} options.tell
 * @returns {Promise<Fault[]>}
 */
export async function letFail(servers, { random, isEnough, longest, pause, tell }) {
  /** @type {Fault[]} */
  const faults = []
  /** @type {[string, Kind][]} */
  let next = []
  while (!isEnough(faults.length)) {
    if (next.length === 0) next = shuffled(Object.entries(KINDS), random)
    const [[name, cause]] = next.splice(0, 1)
    const ms = name === 'primary stopped (SIGSTOP)' ? longest : Math.round(longest * (0.3 + 0.7 * random()))
    const from = performance.now()
    await cause(servers, ms)
    const fault = { name, from, to: performance.now() }
    await servers.set.complete()
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
