'use strict'

// The results of the addon and the fallback, in one flat array with four elements each: slot, kind, two values.

/** @import { Failure, Value } from '../common/native.js' */

/** Kinds of results, by the numbers of `src/node/completion.rs`. */
const KIND = Object.freeze({
  DONE: 0,
  MISSING: 1,
  FOUND: 2,
  COUNT: 3,
  SESSIONS: 4,
  FAILED: 5,
  READY: 6,
  UNAVAILABLE: 7,
  LOST: 8,
  BACK: 9,
})

/** The slot of the connection's own events. Operations have the slots from 1. */
const EVENTS = 0
/** The elements of one result. */
const STRIDE = 4

/** @typedef {typeof KIND[keyof typeof KIND]} Kind */

/**
 * A failure: the parts from the addon, or an error from the fallback.
 * @typedef {Failure | Error} AnyFailure
 */

/**
 * The dates of a document in milliseconds since 1970, undefined for a date that it does not have; and its session as it is
 * stored, if that was decrypted and later saves are compared with it.
 * @typedef {[expires: number | undefined, lastModified: number | undefined, record?: Value]} Dates
 */

/**
 * The answer to one operation: its kind, and up to two values. The value of a found session is undefined if the
 * document has none. In the list of `all`, null stands for a session that can't be read.
 * @typedef {[kind: typeof KIND.DONE, isDone: boolean]
 *   | [kind: typeof KIND.MISSING]
 *   | [kind: typeof KIND.FOUND, session: Value | undefined, dates: Dates]
 *   | [kind: typeof KIND.COUNT, count: number]
 *   | [kind: typeof KIND.SESSIONS, sessions: (Value | undefined | null)[]]
 *   | [kind: typeof KIND.FAILED, failure: AnyFailure]
 * } Answer
 */

/**
 * An event of the connection. `READY`: a server has answered, and may have refused the index. `UNAVAILABLE`: an attempt
 * to connect failed. `LOST`: operations find no server from now on. `BACK`: they find one again.
 * @typedef {[kind: typeof KIND.READY, failure?: AnyFailure]
 *   | [kind: typeof KIND.UNAVAILABLE | typeof KIND.LOST, failure: AnyFailure]
 *   | [kind: typeof KIND.BACK]
 * } ConnectionEvent
 */

module.exports = { EVENTS, KIND, STRIDE }
