// Verifies that a store works before its speed is measured: a store that forgets sessions would be very fast.

import { ok } from 'node:assert'
import { setTimeout as delay } from 'node:timers/promises'
import { isDeepStrictEqual, promisify } from 'node:util'
import { sessionOf } from './sessions.mjs'

/** @typedef {import('./types.js').Session} Session */
/** @typedef {import('./types.js').StoredSession} StoredSession */

const HOUR = 3_600_000 // ms
/** The lifetime of sessions that must expire during the test, in ms. Redis may round it up to a second. */
const SOON = 900
/** The time after which they must have expired, in ms. */
const LATER = 2300

/**
 * Throws an AssertionError if the store of a peer does not work.
 * @param {import('./types.js').Peer} peer
 * @param {import('./types.js').Store} store
 */
export async function verify(peer, store) {
  const get = promisify(store.get.bind(store))
  const set = promisify(store.set.bind(store))
  const destroy = promisify(store.destroy.bind(store))
  /** @param {string} name */
  const sid = (name) => `check ${process.pid} ${name}`

  ok(!(await get(sid('unknown'))), 'get returns a session that was never stored')

  const session = sessionOf(1, 1)
  await set(sid('a'), session)
  ok(same(await get(sid('a')), session), 'get does not return the session that was stored')
  session.key = 2
  session.cart = [{ id: 1, name: 'ünïcödé 🍪 \u0000 "quoted"' }]
  await set(sid('a'), session)
  ok(same(await get(sid('a')), session), 'get does not return the session that was stored again')
  await destroy(sid('a'))
  ok(!(await get(sid('a'))), 'get returns a session that was destroyed')

  await set(sid('expires'), expiring(SOON))
  if (peer.touches) {
    const touch = promisify(store.touch.bind(store))
    await set(sid('shortened'), expiring(HOUR))
    await touch(sid('shortened'), expiring(SOON))
    await set(sid('lengthened'), expiring(SOON))
    await touch(sid('lengthened'), expiring(HOUR))
  }
  ok(await get(sid('expires')), 'get does not return a session that has not expired')
  await delay(LATER)
  ok(!(await get(sid('expires'))), 'get returns a session that has expired')
  if (peer.touches) {
    ok(!(await get(sid('shortened'))), 'touch did not shorten the lifetime')
    ok(await get(sid('lengthened')), 'touch did not extend the lifetime')
    await destroy(sid('lengthened'))
  }
}

/**
 * A session that expires after a while.
 * @param {number} ms
 */
function expiring(ms) {
  const session = sessionOf(1, 3)
  session.cookie.expires = new Date(Date.now() + ms)
  return session
}

/**
 * Whether two sessions have the same JSON. Some stores return dates where others return text, or null instead of nothing.
 * @param {StoredSession | null | undefined} found
 * @param {Session} expected
 */
function same(found, expected) {
  return isDeepStrictEqual(plain(found), plain(expected))
}

/** @param {StoredSession | null | undefined} session */
function plain(session) {
  return session && JSON.parse(JSON.stringify(session, (_key, value) => value ?? undefined))
}
