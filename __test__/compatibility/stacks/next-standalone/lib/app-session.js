// Sessions in route handlers, server actions and server components of the App Router, with the cookies of express-session.

import { randomBytes } from 'node:crypto'
import { sign, unsign } from 'cookie-signature'
import { Cookie, Session } from 'express-session'
import { cookies } from 'next/headers'
import { sessionStore } from './store'

const NAME = 'connect.sid'
const { SESSION_SECRET, MAX_AGE } = process.env

/** Reads the session of the request and postpones its expiry. Undefined if there is none. */
export async function getSession() {
  const value = (await cookies()).get(NAME)?.value
  const sid = value?.startsWith('s:') ? unsign(value.slice(2), SESSION_SECRET) : false
  const session = sid ? await sessionStore().load(sid) : undefined
  if (!session) return undefined
  session.touch()
  await sessionStore().touch(sid, session)
  return session
}

/** Stores a new session under a new id, and sends its cookie. */
export async function createSession(data) {
  const sid = randomBytes(24).toString('base64url')
  const cookie = new Cookie({ maxAge: Number(MAX_AGE) })
  const session = new Session({ sessionID: sid, sessionStore: sessionStore() }, { cookie, ...data })
  await sessionStore().set(sid, session)
  const { expires, httpOnly, path } = cookie
  ;(await cookies()).set(NAME, `s:${sign(sid, SESSION_SECRET)}`, { expires, httpOnly, path })
  return session
}

/** Stores a changed session. */
export async function saveSession(session) {
  await sessionStore().set(session.id, session)
}

/** Removes a session and its cookie. */
export async function destroySession(session) {
  await sessionStore().destroy(session.id)
  ;(await cookies()).delete(NAME)
}
