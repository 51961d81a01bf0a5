'use strict'

// Waiting for what will happen, for as long as it takes a slow machine. A test fails because something did not happen
// at all, never because it took long.

const { setTimeout: sleep } = require('node:timers/promises')

const LONG = 60_000 // ms
const PAUSE = 25 // ms

/** Asks again and again until `condition` gives (a promise of) something truthy, and resolves with that. */
async function until(what, condition) {
  for (const deadline = Date.now() + LONG; ; await sleep(PAUSE)) {
    const result = await condition()
    if (result) return result
    if (Date.now() > deadline) throw new Error(`waited ${LONG / 1000} s in vain for ${what}`)
  }
}

/** The result of a promise, or a failure if it never settles. */
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
