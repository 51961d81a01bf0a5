'use strict'

// What a store that works through a client takes from the client's settings: how long operations may take, which
// failures are tried again, and the servers' names for messages.

const { readUri, takeTimeLimit } = require('../../settings/connection-string.js')

/** The options by which a client tells how long an operation may take. */
const TIMES = ['timeoutMS', 'serverSelectionTimeoutMS', 'socketTimeoutMS']

/**
 * The settings of a client, `readsFrom` being the mode of its read preference.
 * @param {object} target of `target.js`
 * @param {object} options the application's
 * @returns {{timeLimitMs: number, selectionLimitMs: number, retries: {reads: boolean, writes: boolean}, readsFrom: string, servers: string}}
 */
function settingsOf({ uri, client, db, isOwn }, { mongoUrl, url, mongoOptions }) {
  const given = isOwn ? mongoOptions : (client?.options ?? client?.s?.options ?? db?.s?.topology?.s?.options)
  // A connection string for the addon has every option in it.
  const said = (uri === undefined && given) || {}
  const address = readUri(uri ?? (isOwn ? (mongoUrl ?? url) : client?.s?.url) ?? '')
  const times = TIMES.flatMap((name) => {
    const value = typeof said[name] === 'number' ? said[name] : address.option(name)
    return value === undefined ? [] : [`${name}=${value}`]
  })
  const { timeLimitMs, selectionLimitMs } = takeTimeLimit(`mongodb://localhost/?${times.join('&')}`)
  const isOn = (name) => String(said[name] ?? address.option(name)) !== 'false'
  return {
    timeLimitMs,
    selectionLimitMs,
    retries: { reads: isOn('retryReads'), writes: isOn('retryWrites') },
    readsFrom: modeOf(said.readPreference ?? db?.s?.readPreference ?? address.option('readPreference')),
    servers: namesOf(said, db) ?? (address.hosts.join(', ') || 'the server'),
  }
}

function modeOf(preference = 'primary') {
  return preference?.mode ?? preference?.preference ?? preference
}

/** Hosts and ports, as a driver has them: from version 4 on in its options, before that in its topology. */
function namesOf({ srvHost, hosts, servers }, db) {
  const { host, port } = db?.serverConfig ?? {}
  const known = hosts ?? servers?.map(addressOf) ?? (typeof host === 'string' ? [addressOf({ host, port })] : [])
  return srvHost ?? (known.length > 0 ? known.join(', ') : undefined)
}

function addressOf({ host, port = 27017, domain_socket: socket }) {
  return socket ?? `${host}:${port}`
}

module.exports = { settingsOf }
