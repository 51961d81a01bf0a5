'use strict'

// A carrier for sessions that are stored under hashes of their ids. While keys are rotated, or while a store moves to
// hashed ids, a session may still be stored under an older id. It is found there, and its next write moves it.

const { uptime } = require('../common/timers.js')
const { isSame } = require('../common/value.js')
const { KIND } = require('./results.js')

/** @import { Value } from '../common/native.js' */
/** @import { Caller, Carrier } from './addon.js' */
/** @import { Sent } from './opening.js' */
/** @import { Dates } from './results.js' */

/** @typedef {[kind: number, first?: unknown, second?: unknown]} Result */
/**
 * The steps of an operation: each is a method of the carrier with its values, and is given the step's result. Ends with the
 * result of the operation.
 * @typedef {Generator<[method: string, ...values: unknown[]], Result, Result>} Steps
 */

class Rehashing {
  #carrier
  #idsOf

  /**
   * @param {Carrier} carrier carries out the single steps
   * @param {(sid: string) => string[]} idsOf returns the ids under which a session may be stored, the one for writing
   *   first
   */
  constructor(carrier, idsOf) {
    this.#carrier = carrier
    this.#idsOf = idsOf
  }

  /**
   * Starts an operation, as `Addon` does.
   * @param {Sent} operation
   * @param {string} method
   * @param {unknown[]} values the id first, for an operation on one session
   */
  send(operation, method, ...values) {
    const [, ...older] = operation.sid === undefined ? [] : this.#idsOf(operation.sid)
    const [id, ...others] = values
    if (older.length === 0) this.#carrier.send(operation, method, ...values)
    else new Walk(this.#carrier, operation, STEPS[method](id, older, ...others)).start()
  }
}

/**
 * The steps of each method on one session, by its own id, the older ones, and the other values.
 * @type {Record<string, (id: unknown, older: unknown[], ...values: any[]) => Steps>}
 */
const STEPS = {
  *get(id, older, now) {
    let result = yield ['get', id, now]
    // While a session moves, a look may miss it in either place: its own is asked a second time.
    for (const place of [...older, id]) {
      if (result[0] !== KIND.MISSING) break
      result = yield ['get', place, now]
    }
    return result
  },

  *touch(id, older, now, expires, lastModified, isKnownLive) {
    let result = yield ['touch', id, now, expires, lastModified, isKnownLive]
    for (const place of [...older, id]) {
      if (result[1]) break
      // That the session was read is known of another place only.
      result = yield ['touch', place, now, expires, lastModified, false]
    }
    return result
  },

  *set(id, older, now, value, expires, lastModified, isKnown, record) {
    let result = yield ['set', id, now, value, expires, lastModified, isKnown, record]
    if (result[0] === KIND.MISSING) {
      // It may have been read under an older id.
      const isElsewhere = yield* record === undefined
        ? isThere(id, older, now, expires, lastModified)
        : isStored(record, older, now)
      if (!isElsewhere) return result
      result = yield ['set', id, now, value, expires, lastModified, false]
    }
    for (const place of older) yield ['destroy', place]
    return result
  },

  *destroy(id, older) {
    const result = yield ['destroy', id]
    for (const place of older) yield ['destroy', place]
    return result
  },
}

/** @typedef {Generator<[method: string, ...values: unknown[]], any, Result>} Look the steps that answer a question */

/**
 * Whether a session is stored, under whichever id. Moves its expiry.
 * @param {unknown} id
 * @param {unknown[]} older
 * @param {...unknown} values of `touch`
 * @returns {Look}
 */
function* isThere(id, older, ...values) {
  const [, isFound] = yield* STEPS.touch(id, older, ...values, false)
  return isFound
}

/**
 * Whether a record is stored under one of the older ids.
 * @param {Value} record
 * @param {unknown[]} older
 * @param {number} now
 * @returns {Look}
 */
function* isStored(record, older, now) {
  for (const place of older) {
    const [kind, value, dates] = yield ['get', place, now]
    if (kind === KIND.FOUND) return isSame(/** @type {Dates} */ (dates)[2] ?? /** @type {Value} */ (value), record)
  }
  return false
}

/** An operation that takes its steps one after the other, until one of them fails. All of them share its time. */
class Walk {
  #carrier
  #operation
  #steps

  /**
   * @param {Carrier} carrier
   * @param {Caller} operation
   * @param {Steps} steps
   */
  constructor(carrier, operation, steps) {
    this.#carrier = carrier
    this.#operation = operation
    this.#steps = steps
    this.since = operation.since ?? uptime()
  }

  start() {
    this.#take(this.#steps.next())
  }

  /**
   * @param {number} kind
   * @param {unknown} first
   * @param {unknown} second
   */
  finish(kind, first, second) {
    if (kind === KIND.FAILED) this.#operation.finish(kind, first, second)
    else this.#take(this.#steps.next([kind, first, second]))
  }

  /** @param {ReturnType<Steps['next']>} step */
  #take({ done, value }) {
    if (done) this.#operation.finish(value[0], value[1], value[2])
    else this.#carrier.send(this, ...value)
  }
}

module.exports = { Rehashing }
