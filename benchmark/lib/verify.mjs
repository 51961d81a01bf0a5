// Whether a store does its work at all, before its speed is measured: a store that forgets would be very fast.

import { ok } from 'node:assert'
import { setTimeout as delay } from 'node:timers/promises'
import { isDeepStrictEqual, promisify } from 'node:util'
import { sessionOf } from './sessions.mjs'

const HOUR = 3_600_000
/** Expiries in the near future, in ms; whole seconds would do for Redis only if they were rounded down. */
const SOON = 900
const LATER = 2300

/** Throws an AssertionError when the store of a peer is not right. */
export async function verify(peer, store) {
  const get = promisify(store.get.bind(store))
  const set = promisify(store.set.bind(store))
  const destroy = promisify(store.destroy.bind(store))
  const sid = (name) => `check ${process.pid} ${name}`

  ok(!(await get(sid('unknown'))), 'get gives a session that was never stored')

  const session = sessionOf(1, 1)
  await set(sid('a'), session)
  ok(same(await get(sid('a')), session), 'get gives another session than was stored')
  session.key = 2
  session.cart = [{ id: 1, name: 'ünïcödé 🍪 \u0000 "quoted"' }]
  await set(sid('a'), session)
  ok(same(await get(sid('a')), session), 'get gives another session than was stored again')
  await destroy(sid('a'))
  ok(!(await get(sid('a'))), 'get gives a session that was destroyed')

  await set(sid('expires'), expiring(SOON))
  if (peer.touches) {
    const touch = promisify(store.touch.bind(store))
    await set(sid('shortened'), expiring(HOUR))
    await touch(sid('shortened'), expiring(SOON))
    await set(sid('lengthened'), expiring(SOON))
    await touch(sid('lengthened'), expiring(HOUR))
  }
  ok(await get(sid('expires')), 'get gives no session before it has expired')
  await delay(LATER)
  ok(!(await get(sid('expires'))), 'get gives a session that has expired')
  if (peer.touches) {
    ok(!(await get(sid('shortened'))), 'touch did not bring the expiry forward')
    ok(await get(sid('lengthened')), 'touch did not put the expiry off')
    await destroy(sid('lengthened'))
  }
}

function expiring(ms) {
  const session = sessionOf(1, 3)
  session.cookie.expires = new Date(Date.now() + ms)
  return session
}

/** Whether two sessions are the same as JSON has them. Some stores give dates where others give text, or null for nothing. */
function same(found, expected) {
  return isDeepStrictEqual(plain(found), plain(expected))
}

function plain(session) {
  return session && JSON.parse(JSON.stringify(session, (_key, value) => value ?? undefined))
}
