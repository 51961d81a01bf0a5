'use strict'

// connect-mongo 5 and this package, call by call.

require('./suite.js').suite(5)
