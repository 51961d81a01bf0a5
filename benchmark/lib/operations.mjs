// The operations that are measured, one function each that begins one operation and tells when it has ended. Sessions
// are chosen at random, so that no store gains by joining operations on the same one; what a read gives is checked.

import { sessionOf, sidsOf } from './sessions.mjs'

/** Of mixed requests, the share that changes nothing: its session is read and touched. */
const READS = 0.9

/** The sessions from which each operation in flight chooses one to touch. */
const SESSIONS_TO_TOUCH = 16

/**
 * Gives a promise of the function `begin(lane, done)` for an operation. `lane`, from 0 to `concurrency - 1`, has one operation in
 * flight at a time. `done(error)` is called when it has ended.
 */
export async function operation(name, store, { kb, concurrency }) {
  const sids = sidsOf(kb)
  const randomKey = () => Math.floor(Math.random() * sids.length)
  // Those who write have a session at hand, one for each operation in flight.
  const sessions = name === 'set' ? Array.from({ length: concurrency }, (_, lane) => sessionOf(kb, lane)) : []
  // What is touched was read from the same store, as in every request.
  const read = name === 'touch' ? await readSome(store, sids, concurrency * SESSIONS_TO_TOUCH) : []

  const begin = {
    /** Reads a session. */
    get(_lane, done) {
      const key = randomKey()
      store.get(sids[key], (error, session) => done(error || unexpected(session, key)))
    },

    /** Writes the whole session, with a new expiry. */
    set(lane, done) {
      const key = randomKey()
      const session = sessions[lane]
      session.key = key
      session.views += 1
      session.touch()
      store.set(sids[key], session, done)
    },

    /** Moves the expiry of a session. */
    touch(lane, done) {
      const { sid, session } = read[lane + concurrency * Math.floor(Math.random() * SESSIONS_TO_TOUCH)]
      session.touch()
      store.touch(sid, session, done)
    },

    /** What express-session does for a request: reads the session, then touches it, or stores it if it was changed. */
    mixed(_lane, done) {
      const key = randomKey()
      const sid = sids[key]
      store.get(sid, (error, stored) => {
        const failure = error || unexpected(stored, key)
        if (failure) {
          done(failure)
          return
        }
        const session = store.createSession({ sessionID: sid, sessionStore: store }, stored)
        session.touch()
        if (Math.random() < READS) {
          store.touch(sid, session, done)
        } else {
          session.views += 1
          store.set(sid, session, done)
        }
      })
    },
  }
  return begin[name]
}

/** Reads `count` sessions as a request does, which makes Session objects of them. */
async function readSome(store, sids, count) {
  const keys = Array.from({ length: count }, () => Math.floor(Math.random() * sids.length))
  return Promise.all(
    keys.map(
      (key) =>
        new Promise((resolve, reject) => {
          const sid = sids[key]
          store.get(sid, (error, stored) => {
            const failure = error || unexpected(stored, key)
            if (failure) reject(failure)
            else resolve({ sid, session: store.createSession({ sessionID: sid, sessionStore: store }, stored) })
          })
        }),
    ),
  )
}

/** Stores all sessions of a size. */
export async function fill(store, kb) {
  const sids = sidsOf(kb)
  let next = 0
  const lane = async () => {
    while (next < sids.length) {
      const key = next
      next += 1
      await new Promise((resolve, reject) => {
        store.set(sids[key], sessionOf(kb, key), (error) => (error ? reject(error) : resolve()))
      })
    }
  }
  await Promise.all(Array.from({ length: 32 }, lane))
}

/** The error of a read that did not give the session that was asked for. */
function unexpected(session, key) {
  return session?.key === key ? null : new Error('a read gave another session, or none')
}
