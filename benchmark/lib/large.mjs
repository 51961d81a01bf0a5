// One large session that is read and written without a pause, beside whatever else its process does.

import { sessionOf, sidOf } from './sessions.mjs'

/** @typedef {import('./types.js').Store} Store */
/** @typedef {import('./types.js').Session} Session */
/** @typedef {import('./types.js').StoredSession} StoredSession */

export class Large {
  #ending = false
  #done = 0
  #startedAt = performance.now()
  #jsonMs
  #loop

  /**
   * Starts.
   * @param {Store} store
   * @param {number} kb the size of the session
   */
  constructor(store, kb) {
    const session = sessionOf(kb, 0)
    this.#jsonMs = timeOfJson(session)
    this.#loop = this.#run(store, sidOf(kb, 0), session)
    this.#loop.catch(() => {}) // stop() reports the error
  }

  /**
   * @param {Store} store
   * @param {string} sid
   * @param {Session} session
   */
  async #run(store, sid, session) {
    while (!this.#ending) {
      session.touch()
      await write(store, sid, session)
      const stored = await read(store, sid)
      if (stored?.returnTo.length !== session.returnTo.length) throw new Error('the large session was not read')
      this.#done += 2
    }
  }

  /**
   * Ends, and resolves with what was done.
   * @returns {Promise<import('./types.js').LargeSpent>}
   */
  async stop() {
    this.#ending = true
    await this.#loop
    return { largePerSecond: (this.#done / (performance.now() - this.#startedAt)) * 1000, jsonMs: this.#jsonMs }
  }
}

/**
 * @param {Store} store
 * @param {string} sid
 * @param {Session} session
 * @returns {Promise<void>}
 */
function write(store, sid, session) {
  return new Promise((resolve, reject) => {
    store.set(sid, session, (error) => (error ? reject(error) : resolve()))
  })
}

/**
 * @param {Store} store
 * @param {string} sid
 * @returns {Promise<StoredSession | null | undefined>}
 */
function read(store, sid) {
  return new Promise((resolve, reject) => {
    store.get(sid, (error, session) => (error ? reject(error) : resolve(session)))
  })
}

/**
 * How long the JSON of a session blocks the event loop, in ms: the mean of writing and reading it.
 * @param {Session} session
 */
function timeOfJson(session) {
  JSON.parse(JSON.stringify(session)) // the first time includes the growth of the heap
  const startedAt = performance.now()
  JSON.parse(JSON.stringify(session))
  return (performance.now() - startedAt) / 2
}
