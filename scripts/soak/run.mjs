// One run: the application on a replica set that fails, first to warm up, and then to be measured.

import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { letFail } from '../faults/faults.mjs'
import { KINDS } from '../faults/mongodb.mjs'
import { startServers } from '../faults/servers.mjs'
import { COMMON, STRICT } from '../faults/subjects.mjs'
import { Child } from '../lib/child.mjs'
import { connectionString, withDatabase } from '../mongod/uri.mjs'
import { connectionsLeft } from './connections.mjs'

/** @typedef {import('./level.mjs').Level} Level */
/** @typedef {Child<import('./application.mjs').Methods>} Application */
/** @typedef {import('../faults/faults.mjs').Fault} Fault */
/** @typedef {Awaited<ReturnType<typeof runPhase>>} Phase */
/** @typedef {{ warmUp: Phase, measured: Phase }} Result */

/** @type {typeof import('../../__test__/histories/random.js')} */
const { randomFrom } = createRequire(import.meta.url)('../../__test__/histories/random.js')

const APPLICATION = new URL('application.mjs', import.meta.url)
/** The name of the database, and of the application at the servers. */
const NAME = 'soak'
/** The share of the time in which code is compiled, pools fill, and memory finds its size. */
const WARM_UP = 0.25
/**
 * After this time, in ms, pools close the connections that nobody needs. By default they keep them all, so the number of
 * sockets would tell how many members have been primary so far, and how many callers have waited for each.
 */
const IDLE = 10_000
/** How long nobody calls before idle stores are looked at, in ms: so long that pools have closed what they can. */
const LULL = IDLE + 2000
/**
 * How the application's Node.js is started, so that resident memory tells what is in use. By default, V8 gives new objects up
 * to 32 MB and takes them back, depending on the load of the moment, and it keeps pages that are nearly empty.
 */
const NODE = [
  ...['--expose-gc', '--max-semi-space-size=1', '--compact-on-every-full-gc'],
  '--no-warnings', // each outage would be told as a warning
]
/**
 * For the same reason. By default, glibc keeps tens of megabytes that were freed, depending on the largest block so far and
 * on the thread. With these limits, it returns what a large session has taken.
 */
const ALLOCATOR = { MALLOC_MMAP_THRESHOLD_: '32768', MALLOC_TRIM_THRESHOLD_: '32768', MALLOC_ARENA_MAX: '2' }
/** Samples of the run. Each collects the garbage, which takes a part of the application's time. */
const SAMPLES = 120
/** How often the servers remove expired sessions, in seconds. By default that is each minute, in a short run never. */
const TTL_PASS = 2

/**
 * @typedef {object} SoakOptions
 * @property {number} seed chooses the faults and what callers do
 * @property {number} ms how long the callers call, at least
 * @property {number} count stores that come and go after the warm-up
 * @property {number} [longest] the duration of the longest fault, in ms
 * @property {number} [pause] after each fault, in ms
 * @property {Record<string, string>} [env] of the application
 * @property {(message: string) => void} [tell] is told the faults
 */

/**
 * Runs the application. What it holds at rest is compared before and after the measured time, and its samples show what it
 * holds in between.
 * @param {SoakOptions} options
 * @returns {Promise<Result>}
 */
export async function soak({ seed, ms, count, longest = 10_000, pause = 10_000, env, tell = () => {} }) {
  const servers = await startServers({ args: ['--setParameter', `ttlMonitorSleepSecs=${TTL_PASS}`] })
  const { hosts, name } = servers.set
  const options = { replicaSet: name, appName: NAME, maxIdleTimeMS: String(IDLE), ...COMMON, ...STRICT }
  const uri = connectionString({ hosts, options })
  /** @type {Application} */
  const application = new Child(APPLICATION, [withDatabase(uri, NAME), String(seed)], {
    execArgv: NODE,
    env: { ...ALLOCATOR, ...env },
  })
  const random = randomFrom(seed)
  /** @param {() => boolean} isEnough */
  const fail = (isEnough) => letFail(servers, { kinds: Object.values(KINDS), random, isEnough, longest, pause, tell })
  try {
    const { sockets, handles } = await application.call('rest', {})
    const common = { application, members: servers.set.members, sampleEvery: ms / SAMPLES, longest, fail }
    const warming = { ms: ms * WARM_UP, count: Math.ceil(count * WARM_UP), idle: {}, rest: { sockets, handles } }
    const warmUp = await runPhase({ ...common, ...warming })
    tell('warmed up')
    const { idle, rest } = warmUp
    const measured = await runPhase({ ...common, ms: ms * (1 - WARM_UP), count, idle, rest })
    return { warmUp, measured }
  } finally {
    await application.stop()
    await servers.stop()
  }
}

/**
 * @typedef {object} PhaseOptions
 * @property {Application} application
 * @property {import('../mongod/server.mjs').Server[]} members
 * @property {number} sampleEvery in ms
 * @property {number} longest
 * @property {(isEnough: () => boolean) => Promise<Fault[]>} fail lets one fault follow the other
 * @property {number} ms
 * @property {number} count
 * @property {Partial<Level>} idle what the application may hold when nobody calls
 * @property {Partial<Level>} rest what it may hold when all stores are closed
 */

/** @param {PhaseOptions} options */
async function runPhase({ application, members, sampleEvery, longest, fail, ms, count, ...bounds }) {
  const startedAt = performance.now()
  await application.call('start', { count, ms, sampleEvery })
  const faults = await fail(() => performance.now() + longest > startedAt + ms)
  await sleep(Math.max(0, startedAt + ms - performance.now()))
  const seen = await application.call('stop', { idleMs: LULL, bound: bounds.idle })
  const rest = await application.call('rest', bounds.rest)
  return { ...seen, faults, rest, connections: await connectionsLeft(members, NAME) }
}
