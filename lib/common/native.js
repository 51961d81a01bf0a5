'use strict'

// Loads the addon. Nothing else does.

module.exports = require('../../native.js')
