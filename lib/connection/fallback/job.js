'use strict'

// One operation of the fallback, from its call until nothing of it can happen any more.

/** @import { Value } from '../../common/native.js' */
/** @import { Clearing } from './clear.js' */

/**
 * What the queue needs to know of a job.
 * @typedef {object} Queued
 * @property {string} [key] the session, for an operation on one; a job without it is on the whole collection
 * @property {Value} [id] the session's id
 * @property {boolean} [isErrand] whether the store itself asks for it, many at a time
 * @property {boolean} [exclusive] whether later jobs wait for this one
 * @property {Clearing} [clearing] for a job that clears the collection
 * @property {number} [bytes] of the session
 * @property {number} [number] its place in the order of all jobs
 * @property {boolean} [isUnderWay]
 * @property {() => void} start
 */

/** @implements {Queued} */
class Job {
  /** Carries the job out, when its turn has come. */
  start = () => {}
  /** Its place in the order of all jobs. */
  number = 0
  isUnderWay = false
  isAnswered = false
  /** The deadline, by `uptime`. */
  until = Infinity
  /**
   * The last failure of an attempt.
   * @type {Error | undefined}
   */
  cause
  /**
   * Fires at the deadline.
   * @type {NodeJS.Timeout | undefined}
   */
  timer
  /**
   * Fires when the search for a server has taken too long, while there is none.
   * @type {NodeJS.Timeout | undefined}
   */
  search

  /**
   * @param {string} kind the store's method
   * @param {number} slot for the answer
   * @param {object} more
   * @param {boolean} [more.writes]
   * @param {Value} [more.id] the session's id
   * @param {string} [more.key] what distinguishes the session from all others
   * @param {number} [more.bytes] of the session
   * @param {boolean} [more.exclusive] whether later jobs wait for this one
   * @param {Clearing} [more.clearing]
   * @param {number} more.since when it was called, by `uptime`
   */
  constructor(kind, slot, { writes = false, id, key, bytes = 0, exclusive = false, clearing, since }) {
    this.kind = kind
    this.slot = slot
    this.writes = writes
    this.id = id
    this.key = key
    this.bytes = bytes
    this.exclusive = exclusive
    this.clearing = clearing
    this.since = since
  }
}

exports.Job = Job
