'use strict'

// `clear`, in chunks of the ids that are there: each removal is an operation on its session, in the order of that, so
// that no late one removes what was stored after, and no session waits for more than a chunk. Mirrors `src/engine/clear.rs`.

const { setImmediate } = require('node:timers')
const { lateError } = require('./failure.js')

/** The ids of a chunk. */
const CHUNK = 512

class Clearing {
  #carrier
  #source
  /** The sessions that this clear removes no more, since they were used after it was called. */
  #spared = new Set()
  #open = new Set()
  #ready = []
  /** Whether all that was there is removed or has its removal. */
  #isListed = false
  #isEmpty = true
  #isOver = false
  #failure
  #onSettled = () => {}

  /** The job of the clear, by which its attempts are made. */
  job

  /**
   * @param {Carrier} carrier of `carrier.js`
   * @param {Source} source
   */
  constructor(carrier, source) {
    this.#carrier = carrier
    this.#source = source
  }

  /** A session is used after the clear was called. Gives whether it must be removed before. */
  spare(key) {
    if (this.#isListed || this.#isOver || this.#spared.has(key)) return false
    this.#spared.add(key)
    return true
  }

  /** The removal of a session, which the queue starts when nothing else is under way for it. */
  removal(key, id) {
    const job = { key, id, isErrand: true, start: () => this.#gather(job) }
    this.#open.add(job)
    return job
  }

  /** Removes the documents that are there. */
  async carryOut() {
    try {
      await this.#carrier.attempt(this.job, ({ calls }) => this.#removeListed(calls))
    } finally {
      await this.#settled()
    }
    // A write all the same, which tells whether the user may do it and enough members confirm it.
    if (this.#isEmpty) await this.#carrier.attempt(this.job, ({ calls }) => calls.removeExpired())
  }

  async #removeListed(calls) {
    let ids = []
    for await (const document of calls.ids()) {
      ids.push(this.#source.read(document).id)
      if (ids.length >= CHUNK) {
        await this.#remove(ids)
        ids = []
      }
    }
    await this.#remove(ids)
    this.#isListed = true
  }

  async #remove(ids) {
    if (this.#isOver) throw this.#failure ?? lateError(0)
    if (ids.length > 0) this.#isEmpty = false
    const keyed = ids.map((id) => [keyOf(id), id]).filter(([key]) => !this.#spared.has(key))
    const jobs = keyed.map(([key, id]) => this.removal(key, id))
    this.#carrier.queue.pushErrands(jobs)
    // A removal was tried again by itself as often as makes sense: its failure is the clear's.
    await this.#settled(() => jobs.some((job) => this.#open.has(job)))
  }

  /** Removals that are ready in the same turn are one command. */
  #gather(job) {
    if (this.#isOver) return setImmediate(() => this.#done([job]))
    this.#ready.push(job)
    if (this.#ready.length === 1) setImmediate(() => this.#removeReady())
    return undefined
  }

  async #removeReady() {
    const jobs = this.#ready.splice(0)
    try {
      if (!this.#isOver) {
        await this.#carrier.attempt(this.job, ({ calls }) =>
          calls.removeMany(jobs.map(({ id }) => this.#source.decode(id))),
        )
      }
    } catch (error) {
      this.#failure ??= error
      this.#isOver = true
    }
    this.#done(jobs)
  }

  #done(jobs) {
    for (const job of jobs) {
      this.#open.delete(job)
      this.#carrier.queue.finish(job)
    }
    this.#onSettled()
  }

  /** Resolves when nothing of the removals can happen any more; rejects with the first failure. */
  async #settled(isWaiting = () => this.#open.size > 0) {
    while (isWaiting()) {
      await new Promise((resolve) => {
        this.#onSettled = resolve
      })
    }
    if (this.#failure) throw this.#failure
  }

  /** The caller has left: what was not sent is not. */
  giveUp() {
    this.#isOver = true
  }

  /** Nothing of the clear is waited for any more. */
  end() {
    this.#isOver = true
    this.#ready = []
    this.#done([...this.#open])
  }
}

/** What tells a session from all others: bytes and text of the same characters are different ids. */
function keyOf(id) {
  return typeof id === 'string' ? `text ${id}` : `bytes ${Buffer.from(id).toString('latin1')}`
}

module.exports = { Clearing, keyOf }
