'use strict'

// What is done after a failure: the one place that decides it. Mirrors `src/engine/policy.rs`.

const { FAILURE } = require('./failure.js')

/** The pauses before another attempt, the last one again and again; before the first there is none. */
const PAUSES = [10, 50, 100, 250, 500] // ms
/** The pause after the server's own clock was ahead of ours. */
const OUT_OF_TIME_PAUSE = 20 // ms
/** Attempts of a write that runs into others' again and again. */
const CONFLICTS = 5
/** Retries under overload, their first and longest pauses, and the bucket of their tokens, as MongoDB specifies them. */
const OVERLOAD = { retries: 2, first: 100, longest: 10_000, bucket: 1000, deposit: 0.1 } // ms

class Policy {
  #tokens = OVERLOAD.bucket

  /**
   * The pause before the next attempt in milliseconds; undefined when the failure is the answer.
   * @param {string} kind of `failure.js`
   * @param {{failures: number, overloads: number}} tries what has been tried for the operation, which is kept here
   * @param {boolean} mayRetry the setting of the connection, `retryReads` or `retryWrites`
   */
  next(kind, tries, mayRetry) {
    tries.failures += 1
    if (kind === FAILURE.PASSING && mayRetry) return pauseAfter(tries.failures)
    if (kind === FAILURE.OVERLOAD && mayRetry) return this.#afterOverload(tries)
    // Its caller has left by then, or it was not the caller's time that was over.
    if (kind === FAILURE.OUT_OF_TIME) return OUT_OF_TIME_PAUSE
    if (kind === FAILURE.CONFLICT && tries.failures <= CONFLICTS) return pauseAfter(tries.failures)
    // It is for the time since the call to say when the search for a server is over.
    if (kind === FAILURE.NO_SERVER) return pauseAfter(tries.failures)
    return undefined
  }

  #afterOverload(tries) {
    tries.overloads += 1
    if (tries.overloads > OVERLOAD.retries || this.#tokens < 1) return undefined
    this.#tokens -= 1
    return Math.min(OVERLOAD.first * 2 ** tries.overloads, OVERLOAD.longest) * Math.random()
  }

  /** An operation succeeded. */
  succeeded() {
    this.#tokens = Math.min(this.#tokens + OVERLOAD.deposit, OVERLOAD.bucket)
  }
}

/** Half of a pause is left to chance, so that many processes do not come back in step. */
function pauseAfter(failures) {
  if (failures < 2) return 0
  return PAUSES[Math.min(failures - 2, PAUSES.length - 1)] * (0.5 + Math.random() / 2)
}

module.exports = { Policy }
