'use strict'

// connect-mongo 3 and this package, call by call.

require('./suite.js').suite(3)
