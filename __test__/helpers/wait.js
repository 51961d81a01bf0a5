'use strict'

// Waits for expected events for as long as a slow machine may need. A test fails only if something never happens, not
// because it takes long.

const { setTimeout: sleep } = require('node:timers/promises')

const LONG = 60_000 // ms
const PAUSE = 25 // ms

/** Polls `condition` until it returns (a promise of) a truthy value, and resolves with that value. */
async function until(what, condition) {
  for (const deadline = Date.now() + LONG; ; await sleep(PAUSE)) {
    const result = await condition()
    if (result) return result
    if (Date.now() > deadline) throw new Error(`waited ${LONG / 1000} s in vain for ${what}`)
  }
}

/** Resolves like the promise, or fails if the promise never settles. */
async function within(what, promise) {
  const timer = new AbortController()
  const late = sleep(LONG, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`waited ${LONG / 1000} s in vain for ${what}`)
  })
  late.catch(() => {})
  try {
    return await Promise.race([promise, late])
  } finally {
    timer.abort()
  }
}

module.exports = { until, within, sleep }
