'use strict'

// A store's transport, in the place of the addon.

const { Bridge } = require('../bridge.js')
const { takeTimeLimit } = require('../uri.js')
const { SessionCipher } = require('./cipher.js')
const { Source } = require('./source.js')
const { TransportStore } = require('./index.js')

/** The options by which a client tells how long an operation may take. */
const TIMES = ['timeoutMS', 'serverSelectionTimeoutMS', 'socketTimeoutMS']

/**
 * @param {object} target of `connection.js`
 * @param {object} driver of `driver.js`
 * @param {object} options the application's
 * @param {object} settings of `options.js`
 * @param {object} owner as the bridge's
 * @throws {Error} when the store has no client to work through
 */
function openTransport(target, driver, options, settings, owner) {
  if (target.isOwn) makeClient(target, driver)
  const timeLimitMs = timeLimitOf(target, options)
  return new Bridge({
    source: new Source(target, driver, settings),
    timeLimitMs,
    ttlIndex: settings.autoRemove === 'native',
    timestamps: settings.timestamps,
    cipher: settings.encryption?.native && new SessionCipher(settings.encryption, timeLimitMs),
  }, owner, TransportStore)
}

/** Makes the store's own client now: what the installed driver refuses, too, is refused when the store is made. */
function makeClient({ refusal }, driver) {
  if (!driver.isInstalled) {
    throw new TypeError(refusal
      ? `${refusal.message}, unless the npm package "mongodb" is installed and knows it`
      : 'Such a server is used through the npm package "mongodb", which is not installed: npm install mongodb')
  }
  try {
    return driver.client
  } catch (error) {
    throw refusal ?? error
  }
}

function timeLimitOf({ uri, client, isOwn }, { mongoUrl, url, mongoOptions }) {
  if (uri !== undefined) return takeTimeLimit(uri).timeLimitMs
  const said = (isOwn ? mongoOptions : client?.options ?? client?.s?.options) ?? {}
  const times = TIMES.filter((name) => typeof said[name] === 'number').map((name) => `${name}=${said[name]}`)
  const [, query = ''] = isOwn ? (mongoUrl ?? url ?? '').split('?') : []
  return takeTimeLimit(`mongodb://localhost/?${[query, ...times].join('&')}`).timeLimitMs
}

module.exports = { openTransport }
