'use strict'

// A store's transport, in the place of the addon.

const { Addon } = require('../addon.js')
const { SessionCipher } = require('./cipher.js')
const { settingsOf } = require('./settings.js')
const { Source } = require('./source.js')
const { DriverStore } = require('./driver-store.js')

/**
 * @param {object} target of `target.js`
 * @param {object} driver of `driver-objects.js`
 * @param {object} options the application's
 * @param {object} settings of `options/index.js`
 * @param {object} owner as the bridge's
 * @throws {Error} when the store has no client to work through
 */
function openFallback(target, driver, options, settings, owner) {
  if (target.isOwn) makeClient(target, driver)
  const ofClient = settingsOf(target, options)
  return new Addon(
    {
      ...ofClient,
      source: new Source(target, driver, settings),
      ttlIndex: settings.autoRemove === 'native',
      timestamps: settings.timestamps,
      cipher: settings.encryption?.native && new SessionCipher(settings.encryption, ofClient.timeLimitMs),
    },
    owner,
    DriverStore,
  )
}

/** Makes the store's own client now: what the installed driver refuses, too, is refused when the store is made. */
function makeClient({ refusal }, driver) {
  if (!driver.isInstalled) {
    throw new TypeError(
      refusal
        ? `${refusal.message}, unless the npm package "mongodb" is installed and knows it`
        : 'Such a server is used through the npm package "mongodb", which is not installed: npm install mongodb',
    )
  }
  try {
    return driver.client
  } catch (error) {
    throw refusal ?? error
  }
}

module.exports = { openFallback }
