// An Express 5 application with each store, under load over HTTP: one page reads its session, which express-session then
// touches, and one changes it. The application, the load generator and the database are separate processes.

import { ok } from 'node:assert'
import { randomBytes } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { Child } from '../../scripts/lib/child.mjs'
import { messageOf } from '../../scripts/lib/program.mjs'
import { count } from '../lib/format.mjs'
import { combine } from '../lib/statistics.mjs'
import { rotated } from './operations.mjs'

/** @typedef {import('../lib/types.js').Peer} Peer */
/** @typedef {import('../lib/types.js').Measurement} Measurement */
/** @typedef {import('../lib/types.js').HttpRoute} HttpRoute */
/** @typedef {import('../lib/types.js').HttpResult} HttpResult */
/** @typedef {Child<import('../process/load.mjs').Methods>} Load */
/** @typedef {{ app: Child<import('../process/app.mjs').Methods>, port: number }} App */
/** @typedef {import('../lib/servers.mjs').Servers} Servers */
/** @typedef {{ rounds: number, warmUp: number, seconds: number }} Times `warmUp` is in seconds */

const KB = 1
const CONNECTIONS = 64
/** The session that is verified before anything is measured. */
const KEY = 7
/** How long each page is loaded before the first round, so that its code is compiled, in seconds. */
const COMPILE = 1

/**
 * Measures the routes with each peer.
 * @param {{ routes: HttpRoute[], peers: Peer[], servers: Servers, workers: import('../lib/workers.mjs').Workers } & Times} options
 * @returns {Promise<HttpResult[]>}
 */
export async function measureHttp({ routes, peers, servers, workers, rounds, warmUp, seconds }) {
  const secret = randomBytes(16).toString('hex')
  /** @type {Load} */
  const load = new Child(new URL('../process/load.mjs', import.meta.url))
  /** @type {Map<string, App>} */
  const apps = new Map()
  try {
    for (const peer of peers) {
      if (!(await workers.get(peer, { kb: KB }))) continue // the worker verifies the store, and stores the sessions
      try {
        apps.set(peer.name, await openApp({ peer, servers, load, secret }))
      } catch (error) {
        workers.failures.set(`${peer.name} over HTTP`, messageOf(error))
        console.log(`  ${peer.name} is left out: ${messageOf(error)}`)
      }
    }
    return await measureRounds({ routes, apps, load, secret, rounds, warmUp, seconds })
  } finally {
    for (const { app } of apps.values()) await app.stop()
    await load.stop()
  }
}

/**
 * Starts the application of a peer, and verifies that its pages work.
 * @param {{ peer: Peer, servers: Servers, load: Load, secret: string }} options
 * @returns {Promise<App>}
 */
async function openApp({ peer, servers, load, secret }) {
  const { url, pid } = await servers.addressOf(peer, 0)
  /** @type {App['app']} */
  const app = new Child(new URL('../process/app.mjs', import.meta.url), [peer.name, url ?? '', String(pid ?? '')])
  try {
    // Without a server, each process has its own sessions: those of the worker are not in the application.
    const port = await app.call('open', { kb: KB, empty: peer.server === undefined, secret })
    /** @param {string} path */
    const ask = (path) => load.call('ask', { port, path, kb: KB, key: KEY, secret })
    const written = await ask('/write')
    const views = written[0]?.views ?? 0
    /** @param {number[]} values */
    const answers = (...values) => values.map((value) => ({ key: KEY, views: value }))
    ok(views > 0 && isDeepStrictEqual(written, answers(views, views + 1)), 'a changed session was not stored')
    ok(isDeepStrictEqual(await ask('/read'), answers(views + 1, views + 1)), 'a session was not read')
    for (const path of ['/read', '/write']) {
      await load.call('run', { port, path, kb: KB, secret, connections: CONNECTIONS, seconds: COMPILE })
    }
    return { app, port }
  } catch (error) {
    await app.stop()
    throw error
  }
}

/**
 * @param {{ routes: HttpRoute[], apps: Map<string, App>, load: Load, secret: string } & Times} options
 * @returns {Promise<HttpResult[]>}
 */
async function measureRounds({ routes, apps, load, secret, rounds, warmUp, seconds }) {
  /** @type {Map<string, Pick<HttpResult, 'peer' | 'route' | 'connections' | 'kb'> & { measurements: Measurement[] }>} */
  const found = new Map()
  for (let round = 0; round < rounds; round += 1) {
    for (const route of routes) {
      const line = []
      for (const [peer, { app, port }] of rotated([...apps], round)) {
        const options = { port, path: `/${route}`, kb: KB, secret, connections: CONNECTIONS }
        try {
          await load.call('run', { ...options, seconds: warmUp })
          await app.call('begin')
          const measurement = await load.call('run', { ...options, seconds })
          const spent = await app.call('end', { count: measurement.count })
          const key = `${peer} ${route}`
          const entry = found.get(key) ?? { peer, route, connections: CONNECTIONS, kb: KB, measurements: [] }
          entry.measurements.push({ ...spent, ...measurement })
          found.set(key, entry)
          const errors = measurement.errors > 0 ? ` (${measurement.errors} errors)` : ''
          line.push(`${peer} ${count(measurement.perSecond)}${errors}`)
        } catch (error) {
          console.log(`  ${peer}, http ${route}: ${messageOf(error)}`)
        }
      }
      console.log(`  round ${round + 1}/${rounds}, http ${route}, requests per second: ${line.sort().join(', ')}`)
    }
  }
  return [...found.values()].map(({ measurements, ...result }) => ({ ...result, ...combine(measurements) }))
}
