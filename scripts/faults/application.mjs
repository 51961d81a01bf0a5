// The application that the callers use, as a process of its own: `application.mjs STORE URL` opens a store of the benchmark's
// and serves it over HTTP. It tells its port to the process that started it, and ends with it.

import { once } from 'node:events'
import { createServer } from 'node:http'
import { codeOf, messageOf } from '../lib/program.mjs'
import { openStoreAt } from './stores.mjs'

/** @typedef {import('../../benchmark/lib/types.js').Session & { value: string }} Session */
/** @typedef {{ sid: string, value: string, token: string }} Parameters */

/** The code of a save that was left out, because its session was destroyed after it was read. */
const GONE = 'ERR_SESSION_GONE'

const [name, url] = process.argv.slice(2)
const { store } = await openStoreAt(name, url)

/**
 * Sessions that were read to be changed and saved, by a token.
 * @type {Map<string, { sid: string, session: Session }>}
 */
const held = new Map()
let tokens = 0

/**
 * The result of a method of the store.
 * @template T
 * @param {(done: (error?: unknown, value?: T) => void) => void} start
 * @returns {Promise<T | undefined>}
 */
function resultOf(start) {
  return new Promise((resolve, reject) => start((error, value) => (error ? reject(error) : resolve(value))))
}

/** @param {string} sid */
async function read(sid) {
  const session = await resultOf((done) => store.get(sid, done))
  return session ? /** @type {Session} */ (/** @type {unknown} */ (session)) : undefined
}

/**
 * What the routes do.
 * @type {Record<string, (parameters: Parameters) => Promise<object>>}
 */
const ROUTES = {
  /** A login: stores a session in any case. */
  async set({ sid, value }) {
    const session = /** @type {Session} */ ({ cookie: {}, value })
    await resultOf((done) => store.set(sid, session, done))
    return {}
  },
  async get({ sid }) {
    return { result: (await read(sid))?.value ?? null }
  },
  /** The beginning of a request that changes its session: reads it, and keeps it for `save`. */
  async hold({ sid }) {
    const session = await read(sid)
    if (!session) return { result: null }
    const token = String((tokens += 1))
    held.set(token, { sid, session })
    return { result: session.value, token }
  },
  /** The end of such a request. Its result is whether the session was stored. */
  async save({ token, value }) {
    const { sid, session } = /** @type {{ sid: string, session: Session }} */ (held.get(token))
    held.delete(token)
    session.value = value
    try {
      await resultOf((done) => store.set(sid, session, done))
      return { result: true }
    } catch (error) {
      if (codeOf(error) === GONE) return { result: false }
      throw error
    }
  },
  /** A logout. */
  async destroy({ sid }) {
    await resultOf((done) => store.destroy(sid, done))
    return {}
  },
}

// A server that closes idle connections cuts off a request that comes at that moment.
const server = createServer({ keepAliveTimeout: 0 }, async (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1')
  try {
    const parameters = /** @type {Parameters} */ (Object.fromEntries(searchParams))
    response.end(JSON.stringify(await ROUTES[pathname.slice(1)](parameters)))
  } catch (error) {
    response.statusCode = 500
    response.end(JSON.stringify({ error: `${Object(error).name}: ${messageOf(error)}` }))
  }
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
process.once('disconnect', () => process.exit())
process.on('SIGINT', () => {}) // it reaches all processes of a terminal, but the parent ends this one itself
process.send?.({ port: /** @type {import('node:net').AddressInfo} */ (server.address()).port })
