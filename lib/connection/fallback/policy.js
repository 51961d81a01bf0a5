'use strict'

// The only place that decides what to do after a failure. It mirrors `src/engine/policy.rs`.

const { FAILURE } = require('./failure.js')

/** @import { FailureKind } from './failure.js' */

/**
 * What has been tried for one operation.
 * @typedef {{failures: number, overloads: number, isUnnumbered?: boolean}} Tries
 */

/** The pauses before further attempts; the last one repeats. There is none before the first retry. */
const PAUSES = [10, 50, 100, 250, 500] // ms
/** The pause after the server ran out of time. */
const OUT_OF_TIME_PAUSE = 20 // ms
/** The maximum number of attempts of a write that keeps conflicting with others. */
const CONFLICTS = 5
/** Retries under overload, their first and longest pause, and the bucket of their tokens, as MongoDB specifies them. */
const OVERLOAD = { retries: 2, first: 100, longest: 10_000, bucket: 1000, deposit: 0.1 } // ms
/** The same for a server that throttles requests, as `src/engine/policy.rs` has it. */
const THROTTLED = { retries: 9, longest: 1000 } // ms

class Policy {
  #tokens = OVERLOAD.bucket

  /**
   * The pause before the next attempt in milliseconds; undefined if the failure is the answer.
   * @param {FailureKind} kind
   * @param {Tries} tries of the operation; this failure is added to them
   * @param {boolean} mayRetry the setting of the connection, `retryReads` or `retryWrites`
   * @param {number} [retryAfter] how many milliseconds a server that throttles requests asks to wait
   * @returns {number | undefined}
   */
  next(kind, tries, mayRetry, retryAfter) {
    tries.failures += 1
    if (kind === FAILURE.PASSING && mayRetry) return pauseAfter(tries.failures)
    // An engine that throttles requests asks for `retryWrites=false`, and has done nothing of what it throttled.
    const isThrottled = retryAfter !== undefined
    if (kind === FAILURE.OVERLOAD && (mayRetry || isThrottled)) return this.#afterOverload(tries, retryAfter)
    // The next attempt has no transaction number.
    if (kind === FAILURE.UNNUMBERED && !tries.isUnnumbered) {
      tries.isUnnumbered = true
      return 0
    }
    // Either the caller has left by the next attempt, or it was not the caller's time that ran out.
    if (kind === FAILURE.OUT_OF_TIME) return OUT_OF_TIME_PAUSE
    if (kind === FAILURE.CONFLICT && tries.failures <= CONFLICTS) return pauseAfter(tries.failures)
    // The time since the call limits the search for a server.
    if (kind === FAILURE.NO_SERVER) return pauseAfter(tries.failures)
    return undefined
  }

  /**
   * @param {Tries} tries
   * @param {number} [retryAfter]
   */
  #afterOverload(tries, retryAfter) {
    tries.overloads += 1
    const { retries, longest } = retryAfter === undefined ? OVERLOAD : THROTTLED
    if (tries.overloads > retries || this.#tokens < 1) return undefined
    this.#tokens -= 1
    const named = Math.min(retryAfter ?? 0, OVERLOAD.longest)
    return named + Math.min(OVERLOAD.first * 2 ** tries.overloads, longest) * Math.random()
  }

  /** An operation succeeded. */
  succeeded() {
    this.#tokens = Math.min(this.#tokens + OVERLOAD.deposit, OVERLOAD.bucket)
  }
}

/**
 * The pause before the next attempt. Half of it is random, so that many processes do not retry in step.
 * @param {number} failures
 */
function pauseAfter(failures) {
  if (failures < 2) return 0
  return PAUSES[Math.min(failures - 2, PAUSES.length - 1)] * (0.5 + Math.random() / 2)
}

module.exports = { Policy }
