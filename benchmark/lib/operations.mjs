// The operations that are measured: each is a function that begins one operation and reports its end. Sessions are chosen
// at random, so that no store gains by joining operations on the same session. The result of each read is checked.

import { sessionOf, sidsOf } from './sessions.mjs'

/** @typedef {import('./types.js').Store} Store */
/** @typedef {import('./types.js').Session} Session */
/** @typedef {import('./types.js').StoredSession} StoredSession */
/** @typedef {import('./types.js').OperationName} OperationName */

/**
 * Begins an operation, and calls `done` when it has ended. A lane, from 0 to `concurrency - 1`, has one operation in flight
 * at a time.
 * @typedef {(lane: number, done: import('./types.js').Done) => void} Begin
 */

/**
 * In the order of tables and charts.
 * @type {OperationName[]}
 */
export const OPERATIONS = ['get', 'set', 'touch', 'mixed']

/** The share of mixed requests that change nothing: their session is read and touched. */
const READS = 0.9

/** The number of sessions among which each lane chooses one to touch. */
const SESSIONS_TO_TOUCH = 16

/**
 * Prepares an operation.
 * @param {OperationName} name
 * @param {Store} store
 * @param {{ kb: number, concurrency: number }} conditions
 * @returns {Promise<Begin>}
 */
export async function operation(name, store, { kb, concurrency }) {
  const sids = sidsOf(kb)
  const randomKey = () => Math.floor(Math.random() * sids.length)
  // Each lane that writes has a session of its own.
  const sessions = name === 'set' ? Array.from({ length: concurrency }, (_, lane) => sessionOf(kb, lane)) : []
  // As in every request, a session that is touched was read from the same store.
  const read = name === 'touch' ? await readSome(store, sids, concurrency * SESSIONS_TO_TOUCH) : []

  /** @type {Record<OperationName, Begin>} */
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

/**
 * Reads sessions as requests do, which turns them into Session objects.
 * @param {Store} store
 * @param {string[]} sids
 * @param {number} count
 * @returns {Promise<{ sid: string, session: Session }[]>}
 */
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

/**
 * Stores all sessions of a size.
 * @param {Store} store
 * @param {number} kb
 */
export async function fill(store, kb) {
  const sids = sidsOf(kb)
  let next = 0
  const lane = async () => {
    while (next < sids.length) {
      const key = next
      next += 1
      await new Promise((resolve, reject) => {
        store.set(sids[key], sessionOf(kb, key), (error) => (error ? reject(error) : resolve(undefined)))
      })
    }
  }
  await Promise.all(Array.from({ length: 32 }, lane))
}

/**
 * The error of a read that did not return the wanted session; null if it did.
 * @param {StoredSession | null | undefined} session
 * @param {number} key
 */
function unexpected(session, key) {
  return session?.key === key ? null : new Error('a read returned another session, or none')
}
