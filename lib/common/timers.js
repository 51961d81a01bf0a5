'use strict'

// The timers of Node as they were when this package was loaded: those that a test fakes later hold up no operation.

const { clearInterval, clearTimeout, setImmediate, setInterval, setTimeout } = require('node:timers')

const { nextTick } = process

module.exports = { clearInterval, clearTimeout, nextTick, setImmediate, setInterval, setTimeout }
