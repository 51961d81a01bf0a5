'use strict'

// One call of a store's method, from its arguments to its single answer. The answer is given in the asynchronous
// context of the call, so that AsyncLocalStorage reaches the caller's callback.

const { AsyncResource } = require('node:async_hooks')
const { inTime } = require('../common/deadline.js')
const { asError, fromNative } = require('../common/errors.js')
const { quiet } = require('../common/promises.js')
const { nextTick, uptime } = require('../common/timers.js')
const { KIND } = require('./results.js')
const { CHANNELS } = require('./stats.js')

/** @import { AnyFailure } from './results.js' */
/** @import { Place } from './stats.js' */

/**
 * A method that answers an operation. It gets the operation, the kind of the result, and its values, as in `Answer` of
 * `results.js`.
 * @callback OnResult
 * @param {InstanceType<typeof Operation>} operation
 * @param {number} kind
 * @param {*} first
 * @param {*} second
 * @returns {void}
 */

/**
 * What a method was called with.
 * @typedef {object} Call
 * @property {object} [store] the store, or what stands for it
 * @property {string} [sid] the session's id, not checked yet
 * @property {unknown} [session] the session, as the caller gave it
 * @property {Function} [callback] the caller's; without one the operation has a promise
 * @property {readonly unknown[]} [besideErrors] the arguments that follow an error in the callback
 */

/**
 * Who starts operations.
 * @typedef {object} Owner
 * @property {Place} place where the sessions are, for the channels
 * @property {number} timeLimitMs how long an operation may take
 */

/**
 * What Node adds to an async resource that is made in a domain. The scope of the resource leaves the domain before Node
 * decides which domain an exception belongs to, so the callback enters the domain once more.
 * @typedef {object} OfDomain
 * @property {import('node:domain').Domain} [domain]
 */

/** @type {readonly unknown[]} */
const NOTHING = Object.freeze([])

class Operation extends AsyncResource {
  #owner
  #onResult
  /** @type {Function | undefined} */
  #callback
  /** @type {((value: unknown) => void) | undefined} */
  #resolve
  /** @type {((error: unknown) => void) | undefined} */
  #reject
  #besideErrors

  /**
   * @param {string} kind the store's method
   * @param {Call} call
   * @param {Owner} owner whose method `onResult` is
   * @param {OnResult} [onResult] without one, the answer has no value
   * @param {boolean} [both] whether it has a promise even with a callback
   */
  constructor(kind, call, owner, onResult = answerNothing, both = false) {
    super('MongoStore', { requireManualDestroy: true })
    const { store, sid, session, callback, besideErrors = NOTHING } = call
    /**
     * When it was called, by `uptime`; undefined as long as nobody needs to know.
     * @type {number | undefined}
     */
    this.since = CHANNELS[kind].hasSubscribers ? uptime() : undefined
    this.#owner = owner
    this.store = store
    this.#onResult = onResult
    this.#besideErrors = besideErrors
    this.kind = kind
    this.sid = sid
    this.session = session
    /** @type {Promise<unknown> | undefined} */
    this.promise = undefined
    /** Whether the session belongs to a request that express-session serves with the same store. */
    this.ofRequest = false
    /**
     * Why the operation can't be carried out. It is answered all the same.
     * @type {TypeError | undefined}
     */
    this.flaw = undefined
    if (typeof callback === 'function') this.#callback = callback
    else if (callback === undefined || callback === null) this.#callback = [session, sid].find(isFunction)
    else this.flaw = new TypeError('The callback must be a function')
    if (typeof callback !== 'function' || both) {
      this.promise = quiet(
        new globalThis.Promise((resolve, reject) => {
          this.#resolve = resolve
          this.#reject = reject
        }),
      )
    }
  }

  /**
   * Waits for a function of the application until the operation's deadline.
   * @template T
   * @param {PromiseLike<T>} promise
   * @param {string} who may not answer, for the error
   */
  wait(promise, who) {
    this.since ??= uptime()
    return inTime(promise, { since: this.since, limitMs: this.#owner.timeLimitMs }, who)
  }

  /**
   * Takes the result of a carrier.
   * @param {number} kind
   * @param {unknown} first
   * @param {unknown} second
   */
  finish(kind, first, second) {
    if (kind === KIND.FAILED) this.runInAsyncScope(this.fail, this, fromNative(/** @type {AnyFailure} */ (first)))
    else this.runInAsyncScope(this.#onResult, this.#owner, this, kind, first, second)
  }

  /**
   * Answers with the arguments of the callback, the error first. Call this once, outside of any promise or `try`.
   * @param {unknown[]} results
   */
  answer(...results) {
    this.emitDestroy() // or it would look pending, as to `jest --detectOpenHandles`, until it is collected
    const [error, value] = results
    if (this.since !== undefined && CHANNELS[this.kind].hasSubscribers) this.#publish(this.since, error)
    if (error) this.#reject?.(error)
    else this.#resolve?.(value)
    const { domain } = /** @type {OfDomain} */ (this)
    if (domain) domain.run(() => this.#callback?.(...results))
    else this.#callback?.(...results)
  }

  /**
   * Publishes to the channel of the method, without anything that identifies the session.
   * @param {number} since
   * @param {unknown} error
   */
  #publish(since, error) {
    CHANNELS[this.kind].publish({ operation: this.kind, ...this.#owner.place, duration: uptime() - since, error })
  }

  /**
   * Answers with an error, as `answer` does.
   * @param {unknown} thrown
   */
  fail(thrown) {
    this.answer(asError(thrown), ...this.#besideErrors)
  }

  /**
   * Answers with an error in a later turn, because no callback may be called before its method has returned.
   * @param {unknown} thrown
   */
  failLater(thrown) {
    nextTick(() => this.runInAsyncScope(this.fail, this, thrown))
  }

  /**
   * Answers with an error in a later turn. Returns what the method returns.
   * @param {unknown} thrown
   */
  refuse(thrown) {
    this.failLater(thrown)
    return this.promise
  }
}

/**
 * Whether a value is a callback in the place of an earlier argument that was left out. The callback gets an error about
 * that.
 * @param {unknown} value
 * @returns {value is Function}
 */
function isFunction(value) {
  return typeof value === 'function'
}

/** @param {InstanceType<typeof Operation>} operation */
function answerNothing(operation) {
  operation.answer(null)
}

module.exports = { Operation }
