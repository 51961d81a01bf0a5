'use strict'

// The settings that the addon ends up with, for a connection string and mongoOptions: nothing is connected.

const { describeConnection } = require('../../native.js')
const { withOptions } = require('../../lib/settings/connection-string.js')
const { takeTimeLimit } = require('../../lib/settings/time-limit.js')

/** The description of the addon, and the time limit of operations. `password` is compared with the connection's own. */
function settingsOf(mongoUrl, mongoOptions, password) {
  const { uri, timeLimitMs } = takeTimeLimit(withOptions(mongoUrl, mongoOptions))
  return { ...describeConnection(uri, password), timeLimitMs }
}

module.exports = { settingsOf }
