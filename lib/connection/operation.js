'use strict'

// One call of a store's method, from its arguments to its single answer. The answer is given in the asynchronous
// context of the call, so that AsyncLocalStorage reaches the caller's callback.

const { AsyncResource } = require('node:async_hooks')
const { asError } = require('../common/errors.js')
const { quiet } = require('../common/promises.js')
const { CHANNELS } = require('./stats.js')

class Operation extends AsyncResource {
  #callback
  #resolve
  #reject
  #besideErrors
  #since

  /**
   * @param {string} kind the store's method
   * @param {object} call
   * @param {string} [call.sid] the session's id
   * @param {*} [call.session] the session, as the caller gave it
   * @param {Function} [call.callback] the caller's; without one the operation has a promise
   * @param {Array} [call.besideErrors] what the callback gets after an error
   * @param {boolean} [both] whether it has a promise beside a callback, too
   */
  constructor(kind, { sid, session, callback, besideErrors = [] }, both = false) {
    super('MongoStore')
    if (CHANNELS[kind].hasSubscribers) this.#since = performance.now()
    this.#besideErrors = besideErrors
    this.kind = kind
    this.sid = sid
    this.session = session
    this.promise = undefined
    /** Whether the session is one of a request that express-session serves by the same store. */
    this.ofRequest = false
    this.#callback = callback ?? undefined
    if (typeof callback !== 'function' || both) {
      this.promise = quiet(
        new Promise((resolve, reject) => {
          this.#resolve = resolve
          this.#reject = reject
        }),
      )
    }
  }

  /** Whether the operation can be answered as it was asked; otherwise it has failed with the reason. */
  isSound() {
    if (this.#callback === undefined || typeof this.#callback === 'function') return true
    this.#callback = undefined
    this.failLater(new TypeError('The callback must be a function'))
    return false
  }

  /** Answers with the callback's arguments, the error first. To be called once, outside any promise or `try`. */
  answer(...results) {
    const [error, value] = results
    if (this.#since !== undefined) this.#publish(error)
    if (error) this.#reject?.(error)
    else this.#resolve?.(value)
    this.#callback?.(...results)
  }

  /** Tells the channel of the kind, without anything that tells whose session it was. */
  #publish(error) {
    CHANNELS[this.kind].publish({ operation: this.kind, duration: performance.now() - this.#since, error })
  }

  /** Answers with an error, as `answer` does. */
  fail(thrown) {
    this.answer(asError(thrown), ...this.#besideErrors)
  }

  /** Answers with an error in a later turn: no callback is called before its method has returned. */
  failLater(thrown) {
    if (typeof this.#callback !== 'function') this.#callback = undefined
    process.nextTick(() => this.runInAsyncScope(this.fail, this, thrown))
  }
}

module.exports = { Operation }
