// One run: a store under faults, and what came of it.

import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { startApplication } from './applications.mjs'
import { Availability } from './availability.mjs'
import { Callers } from './callers.mjs'
import { explain } from './explain.mjs'
import { faultsFor, startDeployment } from './deployments.mjs'

/** @typedef {import('./availability.mjs').Outage} Outage */
/** @typedef {import('./callers.mjs').Call} Call */
/** @typedef {import('./faults.mjs').Fault} Fault */
/** @typedef {import('./subjects.mjs').Subject} Subject */
/** @typedef {Awaited<ReturnType<typeof runUnderFaults>>} Result */

/** @type {{ randomFrom(seed: number): () => number }} */
const { randomFrom } = createRequire(import.meta.url)('../../__test__/histories/random.js')

const PROCESSES = 2
/** Few sessions for many callers, who pause for less than 100 ms and go on with new sessions after 10 s. */
const CONTENTION = { perSession: 8, pause: 100, lifetime: 10_000 }
/** How often the delays of the event loop are looked at, in ms. */
const RESOLUTION = 10

/**
 * @typedef {object} RunOptions
 * @property {number} seed chooses the faults and what callers do
 * @property {number} ms how long the callers call, at least
 * @property {string} [fault] the only kind of fault; default: all that the servers can have
 * @property {number} [rounds] how often there is each kind of fault; default: as often as it fits into the time
 * @property {number} [callers]
 * @property {number} [longest] the duration of the longest fault, in ms
 * @property {number} [pause] after each fault, in ms
 * @property {(message: string) => void} [tell] is told the faults
 */

/**
 * Runs a store under faults.
 * @param {Subject} subject
 * @param {RunOptions} options
 */
export async function runUnderFaults(subject, options) {
  const { seed, ms, fault, rounds, callers = 64, longest = 10_000, pause = 4000, tell = () => {} } = options
  const wanted = fault === undefined ? faultsFor(subject) : [fault]
  const deployment = await startDeployment(subject)
  /** @type {import('./applications.mjs').Application[]} */
  const applications = []
  try {
    for (let process = 0; process < PROCESSES; process += 1) {
      applications.push(await startApplication({ store: subject.store, url: deployment.url, env: subject.env }))
    }
    const delays = monitorEventLoopDelay({ resolution: RESOLUTION })
    const availability = new Availability(deployment.writers())
    await sleep(pause)
    delays.enable()
    const until = performance.now() + ms
    const people = new Callers(
      applications.map(({ port }) => port),
      { seed, callers, ...CONTENTION },
    )
    /** @param {number} count */
    const isEnough = (count) =>
      rounds === undefined ? performance.now() + longest > until : count >= rounds * wanted.length
    const faults = await deployment.letFail(wanted, { random: randomFrom(seed), isEnough, longest, pause, tell })
    await sleep(Math.max(0, until - performance.now()))
    const answered = await people.stop()
    const outages = await availability.stop()
    delays.disable()
    const calls = answered.concat(await finalReads(deployment.stored, answered))
    return { subject, faults, calls, outages, ...explain(calls), hiccup: Math.max(0, delays.max / 1e6 - RESOLUTION) }
  } finally {
    await Promise.all(applications.map((application) => application.stop()))
    await deployment.stop()
  }
}

/**
 * What is stored in the end, as reads of the sessions: not by the store.
 * @param {() => Promise<Map<string, string>>} stored
 * @param {Call[]} calls
 * @returns {Promise<Call[]>}
 */
async function finalReads(stored, calls) {
  const start = performance.now()
  const values = await stored()
  const end = performance.now()
  const sids = new Set(calls.map(({ sid }) => sid))
  return [...sids].map((sid) => ({ sid, kind: 'get', start, end, answeredAt: end, result: values.get(sid) ?? null }))
}
