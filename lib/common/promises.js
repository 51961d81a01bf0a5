'use strict'

// Values that may be promises, because a hook of the application may be asynchronous. A value that is not a promise
// never waits for a turn of the event loop.

const { nextTick, setTimeout } = require('./timers.js')

/**
 * Node's own promises, as async functions return them. An application may have replaced the global `Promise` by one
 * that lacks some of its methods.
 */
const Promise = /** @type {PromiseConstructor} */ ((async () => {})().constructor)

/**
 * @template T
 * @typedef {T | PromiseLike<T>} Awaitable
 */

/**
 * @template [T=unknown]
 * @param {Awaitable<T>} value
 * @returns {value is PromiseLike<T>}
 */
function isThenable(value) {
  return (
    value !== null &&
    (typeof value === 'object' || typeof value === 'function') &&
    typeof (/** @type {PromiseLike<T>} */ (value).then) === 'function'
  )
}

/**
 * Calls `next` with the result of `produce()`, or `fail` with what it threw. Both happen at once, unless the result is
 * a promise. After a promise they are called outside of it, because an exception of a callback must not become a
 * rejection.
 * @template T
 * @param {() => Awaitable<T>} produce
 * @param {(value: T) => void} next
 * @param {(thrown: unknown) => void} fail
 */
function settle(produce, next, fail) {
  let value
  try {
    value = produce()
  } catch (error) {
    fail(error)
    return
  }
  if (isThenable(value)) {
    value.then(
      (result) => nextTick(next, result),
      (error) => nextTick(fail, error),
    )
  } else next(value)
}

/**
 * A promise of all that a callback gets after its error. It is of the global class, as the methods of the store return
 * it.
 * @template {unknown[]} T
 * @param {(callback: (error: unknown, ...results: T) => void) => void} start gets the callback
 * @returns {Promise<T>}
 */
function resultsOf(start) {
  return new globalThis.Promise((resolve, reject) => {
    start((error, ...results) => (error ? reject(error) : resolve(results)))
  })
}

/**
 * A promise of the one value that a callback gets after its error.
 * @template T
 * @param {(callback: (error: unknown, value: T) => void) => void} start gets the callback
 * @returns {Promise<T>}
 */
function promised(start) {
  return resultsOf(start).then(([value]) => value)
}

/**
 * Returns the same promise, but nobody has to handle its rejection. Whoever waits for it still gets the error.
 * @template {Promise<unknown>} T
 * @param {T} promise
 * @returns {T}
 */
function quiet(promise) {
  promise.then(undefined, () => {})
  return promise
}

/**
 * Resolves after a pause.
 * @param {number} ms
 * @param {object} [options]
 * @param {boolean} [options.keepsAlive] whether the process stays alive meanwhile
 * @returns {Promise<void>}
 */
function sleep(ms, { keepsAlive = true } = {}) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    if (!keepsAlive) timer.unref()
  })
}

module.exports = { Promise, isThenable, settle, sleep, resultsOf, promised, quiet }
