'use strict'

// What waits and what is under way in the transport. Operations on one session are carried out one after the other, in
// the order of their calls; sessions overtake each other. Knows nothing of MongoDB. Mirrors `src/engine/queue.rs`.

/** The operations that one store may have waiting and under way, and the bytes of sessions among them. */
const MAX_OPERATIONS = 65_536
const MAX_BYTES = 512 * 1024 * 1024
/** The operations that are given to the driver at a time; it has a queue of its own behind its connections. */
const MAX_UNDER_WAY = 256

/**
 * @typedef {object} Job
 * @property {string} [key] the session, for an operation on one; jobs without one are on the whole collection
 * @property {boolean} [exclusive] whether later jobs wait for this one
 * @property {number} [bytes]
 * @property {() => void} start
 */

class Queue {
  /** The jobs of each session that are not done, in the order of their calls. */
  #trains = new Map()
  #ready = new Set()
  /** The jobs that sweeps wait for, by their numbers, in order. */
  #open = new Map()
  /** Sweeps that wait for jobs which were called before. */
  #sweeps = new Set()
  /** The sweep that later jobs wait for, and these. */
  #exclusive
  #held = []
  #last = 0
  #underWay = 0
  #jobs = new Set()
  #bytes = 0

  /** Adds a job, which is started in its turn. Gives false when too much waits. */
  push(job) {
    const { bytes = 0 } = job
    if (this.#jobs.size >= MAX_OPERATIONS || this.#bytes + bytes > MAX_BYTES) return false
    this.#jobs.add(job)
    this.#bytes += bytes
    if (this.#exclusive) this.#held.push(job)
    else this.#admit(job)
    return true
  }

  #admit(job) {
    job.number = ++this.#last
    if (job.key === undefined) {
      if (job.exclusive) {
        this.#exclusive = job
        this.#open.set(job.number, job)
      }
      this.#sweeps.add(job)
    } else {
      this.#open.set(job.number, job)
      const train = this.#trains.get(job.key)
      if (train) train.push(job)
      else {
        this.#trains.set(job.key, [job])
        this.#ready.add(job)
      }
    }
    this.#proceed()
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

  /** The job has its answer, whether or not it was started. */
  finish(job) {
    if (!this.#jobs.delete(job)) return
    this.#bytes -= job.bytes ?? 0
    if (job.isUnderWay) this.#underWay -= 1
    this.#open.delete(job.number)
    this.#sweeps.delete(job)
    this.#ready.delete(job)
    this.#leaveTrain(job)
    if (this.#exclusive === job) this.#release()
    this.#proceed()
  }

  #leaveTrain(job) {
    const train = this.#trains.get(job.key)
    const position = train?.indexOf(job) ?? -1
    if (position === -1) return
    train.splice(position, 1)
    if (train.length === 0) this.#trains.delete(job.key)
    else if (position === 0) this.#ready.add(train[0])
  }

  #release() {
    this.#exclusive = undefined
    while (this.#held.length > 0 && !this.#exclusive) {
      const job = this.#held.shift()
      if (this.#jobs.has(job)) this.#admit(job)
    }
  }

  get isEmpty() {
    return this.#jobs.size === 0
  }

  /** Takes out the jobs that have no answer yet, and starts no more. */
  drain() {
    const jobs = [...this.#jobs]
    this.#sweeps.clear()
    this.#ready.clear()
    this.#trains.clear()
    this.#held.length = 0
    return jobs
  }

  /** How many jobs wait, and how many are under way. */
  get load() {
    return { waiting: this.#jobs.size - this.#underWay, inFlight: this.#underWay }
  }
}

module.exports = { Queue }
