import { randomBytes } from 'node:crypto'
import { sign, unsign } from 'cookie-signature'
import { Cookie, Session } from 'express-session'
import { cookies } from 'next/headers'
import { cookieOptions, secret, sessionStore } from './store'

const NAME = 'connect.sid'

/** Reads the session of the request and moves its expiry. Resolves with undefined if there is none. */
export async function getSession() {
  const value = (await cookies()).get(NAME)?.value
  const sid = value?.startsWith('s:') && unsign(value.slice(2), secret)
  const session = sid ? await sessionStore().load(sid) : undefined
  if (!session) return undefined
  session.touch()
  await sessionStore().touch(sid, session)
  return session
}

/** Stores a session under a new id, and sends its cookie. */
export async function createSession(data) {
  const sid = randomBytes(24).toString('base64url')
  const cookie = new Cookie(cookieOptions)
  const session = new Session({ sessionID: sid, sessionStore: sessionStore() }, { cookie, ...data })
  await sessionStore().set(sid, session)
  const { expires, httpOnly, path, sameSite, secure } = cookie
  const sent = { expires, httpOnly, path, sameSite, secure }
  const jar = await cookies()
  jar.set(NAME, `s:${sign(sid, secret)}`, sent)
  return session
}

/** Stores a session that was changed. */
export async function saveSession(session) {
  await sessionStore().set(session.id, session)
}

/** Removes a session and its cookie. */
export async function destroySession(session) {
  await sessionStore().destroy(session.id)
  const jar = await cookies()
  jar.delete(NAME)
}
