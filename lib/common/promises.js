'use strict'

// Values that may be promises, because a hook of the application may be asynchronous. What is not a promise never
// waits for a turn of the event loop.

function isThenable(value) {
  return (
    value !== null && (typeof value === 'object' || typeof value === 'function') && typeof value.then === 'function'
  )
}

/**
 * Calls `next` with the result of `produce()`, at once unless that is a promise, or `fail` with what went wrong.
 * After a promise they are called outside of it: what a callback throws must not become its rejection.
 */
function settle(produce, next, fail) {
  let value
  let thrown = null
  try {
    value = produce()
  } catch (error) {
    thrown = { error }
  }
  if (thrown) fail(thrown.error)
  else if (isThenable(value)) {
    value.then(
      (result) => process.nextTick(next, result),
      (error) => process.nextTick(fail, error),
    )
  } else next(value)
}

/** A promise of all that a callback gets after its error; `start` is given the callback. */
function resultsOf(start) {
  return new Promise((resolve, reject) => {
    start((error, ...results) => (error ? reject(error) : resolve(results)))
  })
}

/** The same for a callback with one value. */
function promised(start) {
  return resultsOf(start).then(([value]) => value)
}

/** A promise whose rejection nobody needs to handle: who waits for it still gets the error. */
function quiet(promise) {
  promise.catch(() => {})
  return promise
}

module.exports = { isThenable, settle, resultsOf, promised, quiet }
