'use strict'

// connect-mongo 5 and this package, call by call, and on one collection.

const { crossTests } = require('./cross.js')
const { hazardTests } = require('./hazards.js')
const { startTests, wayTests } = require('./start.js')
const { suite } = require('./suite.js')

suite(5, [startTests, wayTests, crossTests, hazardTests])
