'use strict'

// Holds the jobs that wait and those that are under way. Operations on one session run one after the other, in the
// order of their calls. Sessions may overtake each other. A caller may leave before its operation is done, and the
// session continues when it is. The queue knows nothing about MongoDB. It mirrors `src/engine/queue/`.

/** The maximum number of waiting callers of one store, and of bytes of sessions in their operations. */
const MAX_OPERATIONS = 65_536
const MAX_BYTES = 512 * 1024 * 1024
/** The maximum number of operations that the driver gets at a time. It has its own queue for its connections. */
const MAX_UNDER_WAY = 256

/** @import { Clearing } from './clear.js' */
/** @import { Job, Queued } from './job.js' */

class Queue {
  /**
   * The jobs whose callers wait, in the order of their calls.
   * @type {Set<Job>}
   */
  #callers = new Set()
  /**
   * The unfinished jobs.
   * @type {Set<Queued>}
   */
  #jobs = new Set()
  /**
   * The unfinished jobs of each session, in the order of their calls.
   * @type {Map<string, Queued[]>}
   */
  #trains = new Map()
  /** @type {Set<Queued>} */
  #ready = new Set()
  /**
   * The jobs that sweeps wait for, by their numbers, in order.
   * @type {Map<number, Queued>}
   */
  #open = new Map()
  /**
   * Sweeps that wait for earlier jobs.
   * @type {Set<Queued>}
   */
  #sweeps = new Set()
  /** @type {Set<Clearing>} */
  #clearings = new Set()
  /**
   * The sweep that later jobs wait for.
   * @type {Queued | undefined}
   */
  #exclusive
  /**
   * The jobs that wait for it.
   * @type {Queued[]}
   */
  #held = []
  #last = 0
  #underWay = 0
  #bytes = 0
  #onEmpty = () => {}

  /**
   * Adds a job, and starts it when its turn has come. Returns false if too much is waiting.
   * @param {Job} job
   */
  push(job) {
    const { bytes = 0 } = job
    if (this.#callers.size >= MAX_OPERATIONS || this.#bytes + bytes > MAX_BYTES) return false
    this.#callers.add(job)
    this.#jobs.add(job)
    this.#bytes += bytes
    if (this.#exclusive) this.#held.push(job)
    else this.#admit(job)
    return true
  }

  /** @param {Queued} job */
  #admit(job) {
    if (job.key === undefined) {
      const number = this.#number(job)
      this.#sweeps.add(job)
      if (!job.exclusive && !job.clearing) this.#open.delete(number)
      if (job.exclusive) this.#exclusive = job
      if (job.clearing) this.#clearings.add(job.clearing)
    } else {
      // Before a session is used again, the clears that are under way remove the old one.
      for (const clearing of this.#clearings) {
        if (job.id !== undefined && clearing.spare(job.key)) this.#couple(job.key, clearing.removal(job.key, job.id))
      }
      this.#couple(job.key, job)
    }
    this.#proceed()
  }

  /** @param {Queued} job */
  #number(job) {
    const number = ++this.#last
    job.number = number
    this.#open.set(number, job)
    return number
  }

  /**
   * Adds a job to the train of its session.
   * @param {string} key
   * @param {Queued} job
   */
  #couple(key, job) {
    this.#jobs.add(job)
    this.#number(job)
    const train = this.#trains.get(key)
    if (train) train.push(job)
    else {
      this.#trains.set(key, [job])
      this.#makeReady(job)
    }
  }

  /** @param {Queued} job */
  #makeReady(job) {
    if (job.isErrand) job.start()
    else this.#ready.add(job)
  }

  /**
   * Adds errands of a clear that is under way.
   * @param {(Queued & {key: string})[]} jobs
   */
  pushErrands(jobs) {
    for (const job of jobs) this.#couple(job.key, job)
  }

  #proceed() {
    for (const sweep of this.#sweeps) {
      const [earliest = Infinity] = this.#open.keys()
      if (earliest >= Number(sweep.number)) this.#start(sweep, this.#sweeps)
    }
    for (const job of this.#ready) {
      if (this.#underWay >= MAX_UNDER_WAY) return
      this.#start(job, this.#ready)
    }
  }

  /**
   * @param {Queued} job
   * @param {Set<Queued>} waiting the set that contains it
   */
  #start(job, waiting) {
    waiting.delete(job)
    job.isUnderWay = true
    this.#underWay += 1
    job.start()
  }

  /**
   * Notes that the caller of a job has its answer. A job that is under way stays so until `finish`.
   * @param {Queued} job
   */
  leave(job) {
    if (this.#callers.delete(/** @type {Job} */ (job)) && job.isUnderWay) this.#underWay -= 1
  }

  /**
   * Notes that nothing of a job can happen any more, whether or not it was started.
   * @param {Queued} job
   */
  finish(job) {
    this.leave(job)
    if (!this.#jobs.delete(job)) return
    this.#bytes -= job.bytes ?? 0
    this.#open.delete(Number(job.number))
    this.#sweeps.delete(job)
    this.#ready.delete(job)
    if (job.key !== undefined) this.#leaveTrain(job.key, job)
    if (job.clearing) {
      this.#clearings.delete(job.clearing)
      job.clearing.end()
    }
    if (this.#exclusive === job) this.#release()
    this.#proceed()
    if (this.#jobs.size === 0) this.#onEmpty()
  }

  /**
   * @param {string} key
   * @param {Queued} job
   */
  #leaveTrain(key, job) {
    const train = this.#trains.get(key) ?? []
    const position = train.indexOf(job)
    if (position === -1) return
    train.splice(position, 1)
    if (train.length === 0) this.#trains.delete(key)
    else if (position === 0) this.#makeReady(train[0])
  }

  #release() {
    this.#exclusive = undefined
    while (!this.#exclusive) {
      const job = this.#held.shift()
      if (job === undefined) return
      if (this.#jobs.has(job)) this.#admit(job)
    }
  }

  /**
   * Calls `done` as soon as nothing is left.
   * @param {() => void} done
   */
  whenEmpty(done) {
    this.#onEmpty = done
    if (this.#jobs.size === 0) done()
  }

  /** Removes everything, and starts nothing more. Returns the jobs whose callers wait. */
  drain() {
    const jobs = [...this.#callers]
    this.#onEmpty = () => {}
    for (const waiting of [this.#sweeps, this.#ready, this.#trains, this.#jobs]) waiting.clear()
    this.#held.length = 0
    return jobs
  }

  /** The jobs whose callers wait, in the order of their calls. */
  get callers() {
    return this.#callers
  }

  /** The number of callers that wait for operations that are not sent, and for those that are under way. */
  get load() {
    return { waiting: this.#callers.size - this.#underWay, inFlight: this.#underWay }
  }
}

module.exports = { Queue }
