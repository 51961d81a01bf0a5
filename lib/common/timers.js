'use strict'

// The timers of Node as they were when this package was loaded: those that a test fakes later hold up no operation.

const { clearInterval, clearTimeout, setImmediate, setInterval, setTimeout } = require('node:timers')

const { nextTick } = process

/** The longest time of a timer, in milliseconds. Node runs one of a longer time after 1 ms. */
const LONGEST_TIMER = 2 ** 31 - 1

module.exports = { LONGEST_TIMER, clearInterval, clearTimeout, nextTick, setImmediate, setInterval, setTimeout }
