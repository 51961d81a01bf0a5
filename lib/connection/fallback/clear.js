'use strict'

// Carries out `clear` in chunks of ids. Each removal is an operation on its session, in the order of that session. So
// no late removal removes what was stored after it, and no session waits for more than a chunk. It mirrors
// `src/engine/clear.rs`.

const { Promise } = require('../../common/promises.js')
const { setImmediate } = require('../../common/timers.js')
const { LAST_DATE } = require('./documents.js')
const { lateError } = require('./failure.js')
const { Job } = require('./job.js')

/** @import { Value } from '../../common/native.js' */
/** @import { Calls } from './calls.js' */
/** @import { Carrier } from './carrier.js' */
/** @import { Queued } from './job.js' */
/** @import { Source } from './source.js' */

/** @typedef {Queued & {key: string, id: Value}} Removal */

/** The ids of a chunk. */
const CHUNK = 512

class Clearing {
  #carrier
  #source
  /**
   * The sessions that this clear leaves alone, because they were used after it was called.
   * @type {Set<string>}
   */
  #spared = new Set()
  /**
   * The unfinished removals.
   * @type {Set<Removal>}
   */
  #open = new Set()
  /**
   * The removals of the next command.
   * @type {Removal[]}
   */
  #ready = []
  /** Whether every session that existed is removed, or has its removal. */
  #isListed = false
  #isEmpty = true
  #isOver = false
  /** @type {unknown} */
  #failure
  #onSettled = () => {}

  /**
   * @param {Carrier} carrier
   * @param {Source} source
   * @param {number} slot for the answer
   * @param {number} since when it was called, by `uptime`
   */
  constructor(carrier, source, slot, since) {
    this.#carrier = carrier
    this.#source = source
    /** The job of the clear, to which all attempts belong. */
    this.job = new Job('clear', slot, { writes: true, clearing: this, since })
  }

  /**
   * Notes that a session is used after the clear was called. Returns whether it must be removed before that.
   * @param {string} key of the session
   */
  spare(key) {
    if (this.#isListed || this.#isOver || this.#spared.has(key)) return false
    this.#spared.add(key)
    return true
  }

  /**
   * The removal of a session. The queue starts it when nothing else is under way for the session.
   * @param {string} key
   * @param {Value} id
   * @returns {Removal}
   */
  removal(key, id) {
    /** @type {Removal} */
    const job = { key, id, isErrand: true, start: () => this.#gather(job) }
    this.#open.add(job)
    return job
  }

  /** Removes the existing documents. */
  async carryOut() {
    try {
      await this.#carrier.attempt(this.job, ({ calls }) => this.#removeListed(calls))
    } finally {
      await this.#settled()
    }
    // A write that removes nothing. It shows whether the user may remove sessions, and whether enough members confirm
    // it.
    if (this.#isEmpty) await this.#carrier.attempt(this.job, ({ calls }) => calls.removeExpired(-LAST_DATE))
  }

  /** @param {Calls} calls */
  async #removeListed(calls) {
    /** @type {Value[]} */
    let ids = []
    for await (const document of calls.ids()) {
      const { id } = this.#source.read(document)
      if (id !== undefined) ids.push(id)
      if (ids.length >= CHUNK) {
        await this.#remove(ids)
        ids = []
      }
    }
    await this.#remove(ids)
    this.#isListed = true
  }

  /** @param {Value[]} ids */
  async #remove(ids) {
    if (this.#isOver) throw this.#failure ?? lateError(0)
    if (ids.length > 0) this.#isEmpty = false
    const jobs = ids.flatMap((id) => {
      const key = keyOf(id)
      return this.#spared.has(key) ? [] : [this.removal(key, id)]
    })
    this.#carrier.queue.pushErrands(jobs)
    // Each removal has its own retries. If it fails, the clear fails.
    await this.#settled(() => jobs.some((job) => this.#open.has(job)))
  }

  /**
   * Removals that are ready in the same turn become one command.
   * @param {Removal} job
   */
  #gather(job) {
    if (this.#isOver) setImmediate(() => this.#done([job]))
    else {
      this.#ready.push(job)
      if (this.#ready.length === 1) setImmediate(() => this.#removeReady())
    }
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

  /** @param {Removal[]} jobs */
  #done(jobs) {
    for (const job of jobs) {
      this.#open.delete(job)
      this.#carrier.queue.finish(job)
    }
    this.#onSettled()
  }

  /** Resolves when no removal can happen any more. Rejects with the first failure. */
  async #settled(isWaiting = () => this.#open.size > 0) {
    while (isWaiting()) {
      await new Promise((resolve) => {
        this.#onSettled = () => resolve(undefined)
      })
    }
    if (this.#failure) throw this.#failure
  }

  /** The caller has left. Removals that have not been sent are dropped. */
  giveUp() {
    this.#isOver = true
  }

  /** Nobody waits for anything of the clear any more. */
  end() {
    this.#isOver = true
    this.#ready = []
    this.#done([...this.#open])
  }
}

/**
 * The key of a session in the queue. Bytes and text with the same characters are different ids.
 * @param {Value} id
 */
function keyOf(id) {
  return typeof id === 'string' ? `text ${id}` : `bytes ${Buffer.from(id).toString('latin1')}`
}

exports.Clearing = Clearing
exports.keyOf = keyOf
