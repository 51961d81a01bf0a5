// One large session that is read and written without a pause, beside whatever else its process does.

import { sessionOf, sidOf } from './sessions.mjs'

export class Large {
  #ending = false
  #done = 0
  #startedAt = performance.now()
  #jsonMs
  #loop

  /** Begins. `kb` is the size of the session. */
  constructor(store, kb) {
    const session = sessionOf(kb, 0)
    this.#jsonMs = timeOfJson(session)
    this.#loop = this.#run(store, sidOf(kb, 0), session)
    this.#loop.catch(() => {}) // stop() tells
  }

  async #run(store, sid, session) {
    while (!this.#ending) {
      session.touch()
      await new Promise((resolve, reject) => {
        store.set(sid, session, (error) => (error ? reject(error) : resolve()))
      })
      const read = await new Promise((resolve, reject) => {
        store.get(sid, (error, found) => (error ? reject(error) : resolve(found)))
      })
      if (read?.returnTo.length !== session.returnTo.length) throw new Error('the large session was not read')
      this.#done += 2
    }
  }

  /** Ends; gives how often it was read or written in a second, and how long its JSON blocks the event loop, in ms. */
  async stop() {
    this.#ending = true
    await this.#loop
    return { largePerSecond: (this.#done / (performance.now() - this.#startedAt)) * 1000, jsonMs: this.#jsonMs }
  }
}

/** How long the event loop is blocked, in ms, by JSON of a session on its way out or in: the mean of both. */
function timeOfJson(session) {
  JSON.parse(JSON.stringify(session)) // makes room in memory first
  const startedAt = performance.now()
  JSON.parse(JSON.stringify(session))
  return (performance.now() - startedAt) / 2
}
