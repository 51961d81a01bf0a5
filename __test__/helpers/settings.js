'use strict'

// The addon's final settings for a connection string and mongoOptions, without connecting.

const { describeConnection } = require('../../native.js')
const { withOptions } = require('../../lib/settings/connection-string.js')
const { takeTimeLimit } = require('../../lib/settings/time-limit.js')

/** The addon's description, and the time limit of operations. Compares `password` with the connection's own. */
function settingsOf(mongoUrl, mongoOptions, password) {
  const { uri, timeLimitMs } = takeTimeLimit(withOptions(mongoUrl, mongoOptions))
  return { ...describeConnection(uri, password), timeLimitMs }
}

module.exports = { settingsOf }
