'use strict'

// Compares connect-mongo 5 with this package: call by call, and on one shared collection.

const { clockTests } = require('./clock.js')
const { crossTests } = require('./cross.js')
const { hazardTests } = require('./hazards.js')
const { startTests, wayTests } = require('./start.js')
const { suite } = require('./suite.js')

suite(5, [startTests, wayTests, crossTests, clockTests, hazardTests])
