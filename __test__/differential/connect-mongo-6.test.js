'use strict'

// connect-mongo 6 and this package, call by call.

require('./suite.js').suite(6)
