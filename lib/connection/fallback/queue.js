'use strict'

// What waits and what is under way in the transport. Operations on one session are carried out one after the other, in
// the order of their calls; sessions overtake each other. A caller may leave before its operation is done: the session
// goes on when it is. Knows nothing of MongoDB. Mirrors `src/engine/queue/`.

/** The callers that one store may have waiting, and the bytes of sessions among their operations. */
const MAX_OPERATIONS = 65_536
const MAX_BYTES = 512 * 1024 * 1024
/** The operations that are given to the driver at a time; it has a queue of its own behind its connections. */
const MAX_UNDER_WAY = 256

/**
 * @typedef {object} Job
 * @property {string} [key] the session, for an operation on one; jobs without one are on the whole collection
 * @property {string | Buffer} [id] the session's id
 * @property {boolean} [isErrand] whether nobody waits for it but the store itself, which does many in one go
 * @property {boolean} [exclusive] whether later jobs wait for this one
 * @property {Clearing} [clearing] of `clear.js`, for a job that clears the collection
 * @property {number} [bytes]
 * @property {() => void} start
 */

class Queue {
  /** The jobs whose callers wait, in the order of their calls. */
  #callers = new Set()
  /** The jobs that are not done. */
  #jobs = new Set()
  /** The jobs of each session that are not done, in the order of their calls. */
  #trains = new Map()
  #ready = new Set()
  /** The jobs that sweeps wait for, by their numbers, in order. */
  #open = new Map()
  /** Sweeps that wait for jobs which were called before. */
  #sweeps = new Set()
  #clearings = new Set()
  /** The sweep that later jobs wait for, and these. */
  #exclusive
  #held = []
  #last = 0
  #underWay = 0
  #bytes = 0
  #onEmpty = () => {}

  /** Adds a job, which is started in its turn. Gives false when too much waits. */
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

  #admit(job) {
    if (job.key === undefined) {
      this.#number(job)
      this.#sweeps.add(job)
      if (!job.exclusive && !job.clearing) this.#open.delete(job.number)
      if (job.exclusive) this.#exclusive = job
      if (job.clearing) this.#clearings.add(job.clearing)
    } else {
      // Before a session is used again, the clears that are under way remove what was there.
      for (const clearing of this.#clearings) {
        if (clearing.spare(job.key)) this.#couple(clearing.removal(job.key, job.id))
      }
      this.#couple(job)
    }
    this.#proceed()
  }

  #number(job) {
    job.number = ++this.#last
    this.#open.set(job.number, job)
  }

  #couple(job) {
    this.#jobs.add(job)
    this.#number(job)
    const train = this.#trains.get(job.key)
    if (train) return train.push(job)
    this.#trains.set(job.key, [job])
    return this.#makeReady(job)
  }

  #makeReady(job) {
    if (job.isErrand) job.start()
    else this.#ready.add(job)
  }

  /** Adds errands of a clear that is under way. */
  pushErrands(jobs) {
    for (const job of jobs) this.#couple(job)
  }

  #proceed() {
    for (const sweep of this.#sweeps) {
      const [earliest = Infinity] = this.#open.keys()
      if (earliest >= sweep.number) this.#start(sweep, this.#sweeps)
    }
    for (const job of this.#ready) {
      if (this.#underWay >= MAX_UNDER_WAY) return
      this.#start(job, this.#ready)
    }
  }

  #start(job, waiting) {
    waiting.delete(job)
    job.isUnderWay = true
    this.#underWay += 1
    job.start()
  }

  /** The caller of a job has its answer. What is under way stays so until `finish`. */
  leave(job) {
    if (this.#callers.delete(job) && job.isUnderWay) this.#underWay -= 1
  }

  /** Nothing of the job can happen any more, whether or not it was started. */
  finish(job) {
    this.leave(job)
    if (!this.#jobs.delete(job)) return
    this.#bytes -= job.bytes ?? 0
    this.#open.delete(job.number)
    this.#sweeps.delete(job)
    this.#ready.delete(job)
    this.#leaveTrain(job)
    if (job.clearing) {
      this.#clearings.delete(job.clearing)
      job.clearing.end()
    }
    if (this.#exclusive === job) this.#release()
    this.#proceed()
    if (this.#jobs.size === 0) this.#onEmpty()
  }

  #leaveTrain(job) {
    const train = this.#trains.get(job.key)
    const position = train?.indexOf(job) ?? -1
    if (position === -1) return
    train.splice(position, 1)
    if (train.length === 0) this.#trains.delete(job.key)
    else if (position === 0) this.#makeReady(train[0])
  }

  #release() {
    this.#exclusive = undefined
    while (this.#held.length > 0 && !this.#exclusive) {
      const job = this.#held.shift()
      if (this.#jobs.has(job)) this.#admit(job)
    }
  }

  /** Calls `done` as soon as nothing is left. */
  whenEmpty(done) {
    this.#onEmpty = done
    if (this.#jobs.size === 0) done()
  }

  /** Takes out everything, and starts no more. Gives the jobs whose callers wait. */
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

  /** How many callers wait for what is not sent, and for what is under way. */
  get load() {
    return { waiting: this.#callers.size - this.#underWay, inFlight: this.#underWay }
  }
}

module.exports = { Queue }
