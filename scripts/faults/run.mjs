// One run: a store under faults, and what came of it.

import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { MongoClient } from 'mongodb'
import { connectionString, withDatabase } from '../mongod/uri.mjs'
import { startApplication } from './applications.mjs'
import { Availability } from './availability.mjs'
import { Callers } from './callers.mjs'
import { explain } from './explain.mjs'
import { KIND_COUNT, letFail } from './faults.mjs'
import { startServers } from './servers.mjs'
import { COMMON } from './subjects.mjs'

/** @typedef {import('./availability.mjs').Outage} Outage */
/** @typedef {import('./callers.mjs').Call} Call */
/** @typedef {import('./faults.mjs').Fault} Fault */
/** @typedef {import('./subjects.mjs').Subject} Subject */
/** @typedef {Awaited<ReturnType<typeof runUnderFaults>>} Result */

/** @type {{ randomFrom(seed: number): () => number }} */
const { randomFrom } = createRequire(import.meta.url)('../../__test__/histories/random.js')

const PROCESSES = 2
const DATABASE = 'faults'
/** Few sessions for many callers, who pause for less than 100 ms and go on with new sessions after 10 s. */
const CONTENTION = { perSession: 8, pause: 100, lifetime: 10_000 }
/** How often the delays of the event loop are looked at, in ms. */
const RESOLUTION = 10

/**
 * @typedef {object} RunOptions
 * @property {number} seed chooses the faults and what callers do
 * @property {number} ms how long the callers call, at least
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
  const { seed, ms, rounds, callers = 64, longest = 10_000, pause = 4000, tell = () => {} } = options
  const servers = await startServers()
  /** @type {import('./applications.mjs').Application[]} */
  const applications = []
  try {
    const { hosts, name } = servers.set
    const uri = connectionString({ hosts, options: { replicaSet: name, ...COMMON, ...subject.concerns } })
    const url = withDatabase(uri, DATABASE)
    for (let process = 0; process < PROCESSES; process += 1) {
      applications.push(await startApplication({ store: subject.store, url, env: subject.env }))
    }
    const delays = monitorEventLoopDelay({ resolution: RESOLUTION })
    const availability = new Availability(hosts)
    await sleep(pause)
    delays.enable()
    const until = performance.now() + ms
    const people = new Callers(
      applications.map(({ port }) => port),
      { seed, callers, ...CONTENTION },
    )
    /** @param {number} count */
    const isEnough = (count) =>
      rounds === undefined ? performance.now() + longest > until : count >= rounds * KIND_COUNT
    const faults = await letFail(servers, { random: randomFrom(seed), isEnough, longest, pause, tell })
    await sleep(Math.max(0, until - performance.now()))
    const calls = await people.stop()
    const outages = await availability.stop()
    delays.disable()
    calls.push(...(await finalReads(withDatabase(servers.set.uri, DATABASE), calls)))
    return { subject, faults, calls, outages, ...explain(calls), hiccup: Math.max(0, delays.max / 1e6 - RESOLUTION) }
  } finally {
    await Promise.all(applications.map((application) => application.stop()))
    await servers.stop()
  }
}

/**
 * What is stored in the end, as reads of the sessions: by the `mongodb` package, not by the store.
 * @param {string} url
 * @param {Call[]} calls
 * @returns {Promise<Call[]>}
 */
async function finalReads(url, calls) {
  const client = new MongoClient(url, { readConcernLevel: 'majority' })
  try {
    const start = performance.now()
    const documents = await client.db().collection('sessions').find().toArray()
    const end = performance.now()
    const values = new Map(documents.map(({ _id, session }) => [String(_id), JSON.parse(session).value]))
    const sids = new Set(calls.map(({ sid }) => sid))
    return [...sids].map((sid) => ({ sid, kind: 'get', start, end, answeredAt: end, result: values.get(sid) ?? null }))
  } finally {
    await client.close()
  }
}
