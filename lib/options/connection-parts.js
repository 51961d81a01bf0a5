'use strict'

// The connection of connect-mongo 0.x, which took its parts as options: host, port, username, password, the name of the
// database as `db`, and more. They become a connection string and `mongoOptions`.

const { warnOnce } = require('../common/warn.js')

/** The parts besides `db`. */
const HOST_FORM = ['host', 'port', 'username', 'password', 'ssl', 'autoReconnect', 'auto_reconnect', 'w', 'server']

/** What each part may be; `db` is looked at with the connection. */
const KINDS = {
  host: ['a string', (value) => typeof value === 'string'],
  port: ['a port', (value) => /^\d{1,5}$/.test(value)],
  username: ['a string', (value) => typeof value === 'string'],
  password: ['a string', (value) => typeof value === 'string'],
  w: ['a number of nodes or a string', (value) => ['number', 'string'].includes(typeof value)],
  server: ['an object', (value) => typeof value === 'object'],
}

/** Whether options without a connection of any other kind have parts of one. */
function isHostForm(options) {
  return (
    typeof options.db === 'string' || HOST_FORM.some((name) => options[name] !== undefined && options[name] !== null)
  )
}

/**
 * The same options with `url` and `mongoOptions` in the place of the parts.
 * @throws {Error} without the name of a database, in the words of connect-mongo 0.8
 */
function fromHostForm({ db, ...options }) {
  if (typeof db !== 'string' || db === '')
    throw new Error('Required MongoStore option `db` missing or is not a string.')
  for (const [name, [wanted, fits]] of Object.entries(KINDS)) {
    const value = options[name]
    if (value !== undefined && value !== null && !fits(value))
      throw new TypeError(`The option ${name} must be ${wanted}`)
  }
  if (options.auto_reconnect !== undefined)
    warnOnce('auto_reconnect option is deprecated. Use autoReconnect instead', 'MONGO_STORE_OPTION')
  const { mongoOptions = { w: options.w ?? 1 }, server } = options
  return { ...options, url: urlOf(options, db), mongoOptions: server ? { ...mongoOptions, server } : mongoOptions }
}

function urlOf({ host, port, username, password, ssl }, db) {
  const user = username ? `${encodeURIComponent(username)}:${encodeURIComponent(password ?? '')}@` : ''
  return `mongodb://${user}${addressOf(host || '127.0.0.1', port ?? 27017)}/${encodeURIComponent(db)}${ssl ? '?ssl=true' : ''}`
}

/** A host with its port; one with colons is an address of IPv6, one with slashes the path of a socket. */
function addressOf(host, port) {
  if (host.startsWith('/')) return encodeURIComponent(host)
  return `${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`
}

module.exports = { HOST_FORM, isHostForm, fromHostForm }
