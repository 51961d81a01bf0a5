'use strict'

// connect-mongo 1 and this package, call by call.

require('./suite.js').suite(1)
