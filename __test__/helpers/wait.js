'use strict'

// Waits for expected events for as long as a slow machine may need. A test fails only if something never happens, not
// because it takes long.

const { setTimeout: sleep } = require('node:timers/promises')

const LONG = 60_000 // ms
const PAUSE = 25 // ms
const TOO_LATE = ['MongoOperationTimeoutError', 'MongoServerSelectionError']

/** Polls `condition` until it returns (a promise of) a truthy value, and resolves with that value. */
async function until(what, condition) {
  for (const deadline = Date.now() + LONG; ; await sleep(PAUSE)) {
    const result = await condition()
    if (result) return result
    if (Date.now() > deadline) throw new Error(`waited ${LONG / 1000} s in vain for ${what}`)
  }
}

/**
 * Repeats `scenario` until it has taken less than `ms`, and resolves with its last result. A store does different things when
 * more time is over, and a slow machine may take more at times.
 */
async function inTime(ms, scenario) {
  const { result } = await until(`a scenario that takes less than ${ms} ms`, async () => {
    const since = performance.now()
    const last = await scenario()
    return performance.now() - since < ms && { result: last }
  })
  return result
}

/**
 * Calls `start` until it has an answer in time, and resolves with it. For what must succeed in a store whose time limit is so
 * short that a slow machine may miss it. Any other error is thrown.
 */
async function insist(start) {
  const { answer } = await until('an answer in time', () =>
    start().then(
      (value) => ({ answer: value }),
      (error) => {
        if (!TOO_LATE.includes(error.name)) throw error
      },
    ),
  )
  return answer
}

/** Resolves like the promise, or fails if the promise does not settle within `ms`, which is as long as never. */
async function within(what, promise, ms = LONG) {
  const timer = new AbortController()
  const late = sleep(ms, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`waited ${ms / 1000} s in vain for ${what}`)
  })
  late.catch(() => {})
  try {
    return await Promise.race([promise, late])
  } finally {
    timer.abort()
  }
}

module.exports = { inTime, insist, until, within, sleep }
