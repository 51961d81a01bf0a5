'use strict'

// The addon's final settings for a connection string and mongoOptions, without connecting.

const { describeConnection } = require('../../native.js')
const { withOptions } = require('../../lib/settings/connection-string.js')
const { withRecords } = require('../../lib/settings/seed-list.js')
const { isSeedList } = require('../../lib/settings/uri.js')
const { takeTimeLimit } = require('../../lib/settings/time-limit.js')

/** The addon's description, of a seed list with one server in it, and the time limit of operations. Compares `password` with the connection's own. */
function settingsOf(mongoUrl, mongoOptions, password) {
  const { uri, timeLimitMs } = takeTimeLimit(withOptions(mongoUrl, mongoOptions))
  if (!isSeedList(uri)) return { ...describeConnection(uri, password), timeLimitMs }
  const { hostname, searchParams } = new URL(uri)
  const servers = withRecords(uri, [{ name: `db.${hostname}`, port: 27017 }], new Map())
  return {
    ...describeConnection(servers, password),
    timeLimitMs,
    hosts: [hostname],
    isSrv: true,
    srvMaxHosts: Number(searchParams.get('srvMaxHosts') ?? 0),
    srvServiceName: searchParams.get('srvServiceName') ?? undefined,
  }
}

module.exports = { settingsOf }
