'use strict'

// Node's own timers and a monotonic clock, for everything that must go on while a test fakes the time. They are taken
// once, when this package is loaded.

const timers = require('node:timers')

/**
 * Returns the original of a fake that was installed before this package was loaded, and any other function as it is.
 * The fakes of Sinon, Jest and Vitest keep the original on their clock.
 * @template {Function} T
 * @param {T & {clock?: Record<string, T>}} given
 * @param {string} name
 * @returns {T}
 */
const real = (given, name) => given.clock?.[`_${name}`] ?? given

const clearInterval = real(timers.clearInterval, 'clearInterval')
const clearTimeout = real(timers.clearTimeout, 'clearTimeout')
const setInterval = real(timers.setInterval, 'setInterval')
const setTimeout = real(timers.setTimeout, 'setTimeout')
const nextTick = real(process.nextTick, 'nextTick')
// The mocks of node:test are bound methods, which keep no original. Of what they leave alone, this comes closest.
const setImmediate = timers.setImmediate.name.startsWith('bound ')
  ? /** @type {(callback: () => void) => unknown} */ (nextTick)
  : real(timers.setImmediate, 'setImmediate')

/** The longest delay of a timer, in milliseconds. Node fires a timer with a longer delay after 1 ms. */
const LONGEST_TIMER = 2 ** 31 - 1

/** Milliseconds since the process started. No fake replaces this clock, unlike `performance.now`. */
const uptime = () => process.uptime() * 1000

module.exports = { LONGEST_TIMER, clearInterval, clearTimeout, nextTick, setImmediate, setInterval, setTimeout, uptime }
