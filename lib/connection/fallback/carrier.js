'use strict'

// Carries the operations of a store out: each one is answered exactly once, by its deadline, and tried again until then as
// `policy.js` says. A write that outlives its caller keeps its session until the driver is done with it.

const { setTimeout } = require('node:timers')
const { setTimeout: sleep } = require('node:timers/promises')
const { Counts } = require('./counts.js')
const { FAILURE, failureOf, lateError, plainError } = require('./failure.js')
const { Policy } = require('./policy.js')
const { Queue } = require('./queue.js')

/** How long a write is waited for after its caller has left: the server was told how long it has. */
const GRACE = 5000 // ms
/** The longest time that a timer of Node takes. */
const LONGEST = 2 ** 31 - 1 // ms

const closed = () => plainError('MongoNotConnectedError', 'Client must be connected before running operations')
const overloaded = () => plainError('MongoStoreOverloadedError', 'Too many operations of the session store are waiting')

class Carrier {
  queue = new Queue()
  counts = new Counts()
  isClosed = false
  /** Whether a server has answered the last time that one was asked; undefined before. */
  reach
  #settings
  #push
  #policy = new Policy()
  /** Why there is no server for reads, and none for writes, as far as is known. */
  #absence = { reads: undefined, writes: undefined }

  /**
   * @param {object} settings of `driver-store.js`
   * @param {(slot: number, kind: number, ...values) => void} push takes an answer's result
   * @param {number} failed the kind of a result that is an error
   */
  constructor(settings, push, failed) {
    this.#settings = settings
    this.#push = (slot, error, ...result) => (error ? push(slot, failed, error) : push(slot, ...result))
  }

  /**
   * Takes a job, and gives its answer to its slot.
   * @param {object} job of `queue.js`, with the `kind` of the operation, its `slot`, whether it `writes`, and `since` when it is
   *   waited for, by `performance.now`: now, unless it is told
   * @param {() => Promise<Array>} work resolves with the result, by way of `attempt`
   */
  submit(job, work) {
    const { timeLimitMs, servers } = this.#settings
    job.since ??= performance.now()
    job.until = job.since + timeLimitMs
    job.timer = after(job.until - performance.now(), () =>
      this.#giveUp(job, lateError(timeLimitMs, job.cause, servers)),
    )
    job.start = () => this.#carry(job, work)
    if (this.isClosed) this.answer(job, closed())
    else if (!this.queue.push(job)) this.answer(job, overloaded())
  }

  async #carry(job, work) {
    try {
      this.answer(job, null, ...(await work()))
    } catch (error) {
      this.answer(job, error)
    } finally {
      this.queue.finish(job)
    }
  }

  /** Answers the caller of a job, unless it has its answer. */
  answer(job, error, ...result) {
    if (job.isAnswered) return
    job.isAnswered = true
    clearTimeout(job.timer)
    clearTimeout(job.search)
    this.queue.leave(job)
    this.counts.answered(job.kind, performance.now() - job.since, error)
    this.#push(job.slot, error, ...result)
  }

  /** The caller's time is over, whatever its operation is doing. */
  #giveUp(job, error) {
    this.answer(job, error)
    job.clearing?.giveUp()
    if (job.writes && job.isUnderWay) after(GRACE, () => this.queue.finish(job))
    else this.queue.finish(job)
  }

  /**
   * Tries until `perform` succeeds or its failure is the answer. What is called after the job's deadline is not sent.
   * @param {object} job
   * @param {({ calls, db }) => Promise} perform
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
        const { kind, error } = failureOf(thrown, source)
        if (kind === FAILURE.NO_SERVER) this.#missed(job, error)
        const pause = this.#policy.next(kind, tries, job.writes ? retries.writes : retries.reads)
        if (pause === undefined || job.isAnswered) throw error
        // That the time is over is no reason why it was not enough.
        if (kind !== FAILURE.OUT_OF_TIME) job.cause = error
        await sleep(pause)
        if (job.isAnswered) throw error
      }
    }
  }

  // Where there is no server, each caller waits for one since its call. An operation that waits behind another one must not
  // begin a search of its own.

  #found({ writes }) {
    this.#policy.succeeded()
    this.reach = true
    const { readsFrom } = this.#settings
    if (writes || readsFrom === 'primary') this.#absence.writes = undefined
    if (!writes || readsFrom === 'primary') this.#absence.reads = undefined
  }

  #missed({ writes }, error) {
    const { readsFrom, selectionLimitMs } = this.#settings
    // Where nothing can be read, the primary is not there either, unless reads are for secondaries only.
    if (writes || readsFrom !== 'secondary') this.#absence.writes = error
    if (!writes || readsFrom === 'primary') this.#absence.reads = error
    if (this.#absence.reads && this.#absence.writes) this.reach = false
    const now = performance.now()
    for (const job of this.queue.callers) {
      const absence = () => (job.writes ? this.#absence.writes : this.#absence.reads)
      if (job.search !== undefined || !absence()) continue
      const left = job.since + selectionLimitMs - now
      if (left < 1) {
        this.#giveUp(job, absence())
        continue
      }
      job.search = after(left, () => {
        job.search = undefined
        if (absence()) this.#giveUp(job, absence())
      })
    }
  }
}

/** A timer that does not keep the process alive. */
function after(ms, call) {
  return setTimeout(call, Math.min(ms, LONGEST)).unref()
}

module.exports = { Carrier }
