'use strict'

module.exports = require('./lib/factory.js').MongoStore
