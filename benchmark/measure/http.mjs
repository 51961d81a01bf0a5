// An Express 5 application with each store, under load over HTTP: a page that reads its session, which express-session
// then touches, and one that changes it. Application, load generator and database are processes of their own.

import { ok } from 'node:assert'
import { randomBytes } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { Child } from '../lib/child.mjs'
import { count } from '../lib/format.mjs'
import { combine } from '../lib/statistics.mjs'
import { rotated } from './operations.mjs'

const KB = 1
const CONNECTIONS = 64
/** The session that is looked at before anything is measured. */
const KEY = 7
/** How long each page is loaded before the first round, so that its code is compiled; in seconds. */
const COMPILE = 1

/** Measures `routes`, of `read` and `write`, for each peer. */
export async function measureHttp({ routes, peers, servers, workers, rounds, warmUp, seconds }) {
  const secret = randomBytes(16).toString('hex')
  const load = new Child('load.mjs')
  const apps = new Map()
  try {
    for (const peer of peers) {
      if (!(await workers.get(peer, { kb: KB }))) continue // its worker checks it, and stores the sessions
      try {
        apps.set(peer.name, await openApp({ peer, servers, load, secret }))
      } catch (error) {
        workers.failures.set(`${peer.name} over HTTP`, error.message)
        console.log(`  ${peer.name} is left out: ${error.message}`)
      }
    }
    const present = peers.filter(({ name }) => apps.has(name))
    return await measureRounds({ routes, peers: present, apps, load, secret, rounds, warmUp, seconds })
  } finally {
    for (const { app } of apps.values()) await app.stop()
    await load.stop()
  }
}

/** Starts the application of a peer, and sees whether its pages do what they should. */
async function openApp({ peer, servers, load, secret }) {
  const { url, pid } = await servers.addressOf(peer, 0)
  const app = new Child('app.mjs', { args: [peer.name, url ?? '', String(pid ?? '')] })
  try {
    // Without a server the sessions are in the process of the store, so not in that of the worker.
    const port = await app.call('open', { kb: KB, empty: peer.server === undefined, secret })
    const ask = (path) => load.call('ask', { port, path, kb: KB, key: KEY, secret })
    const written = await ask('/write')
    const [{ views }] = written
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

async function measureRounds({ routes, peers, apps, load, secret, rounds, warmUp, seconds }) {
  const found = new Map()
  for (let round = 0; round < rounds; round += 1) {
    for (const route of routes) {
      const line = []
      for (const peer of rotated(peers, round)) {
        const { app, port } = apps.get(peer.name)
        const options = { port, path: `/${route}`, kb: KB, secret, connections: CONNECTIONS }
        try {
          await load.call('run', { ...options, seconds: warmUp })
          await app.call('begin')
          const measurement = await load.call('run', { ...options, seconds })
          const spent = await app.call('end', { count: measurement.count })
          const key = `${peer.name} ${route}`
          if (!found.has(key))
            found.set(key, { peer: peer.name, route, connections: CONNECTIONS, kb: KB, measurements: [] })
          found.get(key).measurements.push({ ...spent, ...measurement })
          line.push(
            `${peer.name} ${count(measurement.perSecond)}${measurement.errors > 0 ? ` (${measurement.errors} errors)` : ''}`,
          )
        } catch (error) {
          console.log(`  ${peer.name}, http ${route}: ${error.message}`)
        }
      }
      console.log(`  round ${round + 1}/${rounds}, http ${route}, requests per second: ${line.sort().join(', ')}`)
    }
  }
  return [...found.values()].map(({ measurements, ...result }) => ({ ...result, ...combine(measurements) }))
}
