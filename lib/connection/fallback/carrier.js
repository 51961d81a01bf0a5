'use strict'

// Carries out the operations of a store. It answers each one exactly once, by its deadline, and retries it until then
// as `policy.js` decides. A write that outlives its caller holds its session until the driver is done with it.

const { MongoStoreError, closedError } = require('../../common/errors.js')
const { sleep } = require('../../common/promises.js')
const { LONGEST_TIMER, clearTimeout, uptime, setTimeout } = require('../../common/timers.js')
const { Counts } = require('./counts.js')
const { FAILURE, failureOf, lateError } = require('./failure.js')
const { Policy } = require('./policy.js')
const { Queue } = require('./queue.js')
const { KIND } = require('../results.js')

/** @import { Answer } from '../results.js' */
/** @import { Calls } from './calls.js' */
/** @import { ClientSettings } from './settings.js' */
/** @import { Job } from './job.js' */
/** @import { Source } from './source.js' */
/** @import { Db } from '../../settings/borrowed/shape.js' */

/** @typedef {{calls: Calls, db: Db}} Opened the collection's operations, and its database */

/** How long the store waits for a write after its caller has left. The server has a time limit of its own. */
const GRACE = 5000 // ms

const overloaded = () =>
  new MongoStoreError('MongoStoreOverloadedError', 'Too many operations of the session store are waiting')

class Carrier {
  queue = new Queue()
  counts = new Counts()
  isClosed = false
  /**
   * Whether a server answered when one was last asked; undefined before that.
   * @type {boolean | undefined}
   */
  reach
  #settings
  #push
  #policy = new Policy()
  /**
   * Why there is no server for reads, and why there is none for writes, as far as known.
   * @type {{reads?: Error, writes?: Error}}
   */
  #absence = {}

  /**
   * @param {ClientSettings & {source: Source}} settings
   * @param {(slot: number, answer: Answer) => void} push takes the answer to the operation of a slot
   */
  constructor(settings, push) {
    this.#settings = settings
    this.#push = push
  }

  /**
   * Takes a job, and delivers its answer to its slot.
   * @param {Job} job
   * @param {() => Promise<Answer>} work resolves with the answer, by way of `attempt`
   */
  submit(job, work) {
    const { timeLimitMs, servers } = this.#settings
    job.until = job.since + timeLimitMs
    job.timer = after(job.until - uptime(), () => this.#giveUp(job, lateError(timeLimitMs, job.cause, servers)))
    job.start = () => this.#carry(job, work)
    if (this.isClosed) this.fail(job, closedError())
    else if (!this.queue.push(job)) this.fail(job, overloaded())
  }

  /**
   * @param {Job} job
   * @param {() => Promise<Answer>} work
   */
  async #carry(job, work) {
    try {
      this.#answer(job, await work(), null)
    } catch (error) {
      this.fail(job, /** @type {Error} */ (error))
    } finally {
      this.queue.finish(job)
    }
  }

  /**
   * Answers the caller of a job with an error, unless it already has an answer.
   * @param {Job} job
   * @param {Error} error
   */
  fail(job, error) {
    this.#answer(job, [KIND.FAILED, error], error)
  }

  /**
   * @param {Job} job
   * @param {Answer} answer
   * @param {Error | null} error that the answer tells
   */
  #answer(job, answer, error) {
    if (job.isAnswered) return
    job.isAnswered = true
    clearTimeout(job.timer)
    clearTimeout(job.search)
    this.queue.leave(job)
    this.counts.answered(job.kind, uptime() - job.since, error)
    this.#push(job.slot, answer)
  }

  /**
   * The deadline of the caller has passed, whatever its operation is doing.
   * @param {Job} job
   * @param {Error} error
   */
  #giveUp(job, error) {
    this.fail(job, error)
    job.clearing?.giveUp()
    if (job.writes && job.isUnderWay) after(GRACE, () => this.queue.finish(job))
    else this.queue.finish(job)
  }

  /**
   * Tries until `perform` succeeds or its failure is the answer. Sends nothing after the deadline of the job.
   * @template T
   * @param {Job} job
   * @param {(opened: Opened) => Promise<T>} perform
   * @returns {Promise<T>}
   */
  async attempt(job, perform) {
    const { source, retries } = this.#settings
    const tries = { failures: 0, overloads: 0 }
    for (;;) {
      this.counts.sent(tries.failures > 0)
      try {
        const opened = await source.open(job.until)
        if (job.isAnswered) throw lateError(0)
        const result = await perform(opened)
        this.#found(job)
        return result
      } catch (thrown) {
        const { kind, error, retryAfter } = failureOf(thrown, source)
        if (kind === FAILURE.UNNUMBERED) source.numbersWrites = false
        if (kind === FAILURE.NO_SERVER) this.#missed(job, error)
        const pause = this.#policy.next(kind, tries, job.writes ? retries.writes : retries.reads, retryAfter)
        if (pause === undefined || job.isAnswered) throw error
        // An expired time limit does not explain why the time was not enough.
        if (kind !== FAILURE.OUT_OF_TIME) job.cause = error
        await sleep(pause)
        if (job.isAnswered) throw error
      }
    }
  }

  // If there is no server, each caller waits for one, and its time counts from its call. An operation that waits behind
  // another one must not start its own search.

  /** @param {Job} job that got an answer from a server */
  #found({ writes }) {
    this.#policy.succeeded()
    this.reach = true
    const { readsFrom } = this.#settings
    if (writes || readsFrom === 'primary') this.#absence.writes = undefined
    if (!writes || readsFrom === 'primary') this.#absence.reads = undefined
  }

  /**
   * @param {Job} job that found no server
   * @param {Error} error
   */
  #missed({ writes }, error) {
    const { readsFrom, selectionLimitMs } = this.#settings
    // If nothing can be read, there is no primary either, unless reads are for secondaries only.
    if (writes || readsFrom !== 'secondary') this.#absence.writes = error
    if (!writes || readsFrom === 'primary') this.#absence.reads = error
    if (this.#absence.reads && this.#absence.writes) this.reach = false
    const moment = uptime()
    for (const job of this.queue.callers) {
      const absence = () => (job.writes ? this.#absence.writes : this.#absence.reads)
      const known = absence()
      if (job.search !== undefined || !known) continue
      const left = job.since + selectionLimitMs - moment
      if (left < 1) {
        this.#giveUp(job, known)
        continue
      }
      job.search = after(left, () => {
        job.search = undefined
        const still = absence()
        if (still) this.#giveUp(job, still)
      })
    }
  }
}

/**
 * Starts a timer that does not keep the process alive.
 * @param {number} ms
 * @param {() => void} call
 */
function after(ms, call) {
  return setTimeout(call, Math.max(0, Math.min(ms, LONGEST_TIMER))).unref()
}

exports.Carrier = Carrier
