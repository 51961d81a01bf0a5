'use strict'

// Opens the fallback of a store, which replaces the addon.

const { Addon } = require('../addon.js')
const { SessionCipher } = require('./cipher.js')
const { settingsOf } = require('./settings.js')
const { Source } = require('./source.js')
const { DriverStore } = require('./driver-store.js')

/** @import { Encryption } from '../../encryption/encryption.js' */
/** @import { WriteConcern } from '../../common/native.js' */
/** @import { ConnectionOptions, Target } from '../../settings/target.js' */
/** @import { DriverObjects } from '../driver-objects.js' */

/**
 * The settings of a store that the fallback needs.
 * @typedef {object} StoreSettings
 * @property {string} collectionName
 * @property {string} autoRemove
 * @property {boolean} timestamps
 * @property {Readonly<Encryption> | null} encryption
 * @property {WriteConcern} [writeConcern]
 */

/**
 * @param {Target} target
 * @param {DriverObjects} driver
 * @param {ConnectionOptions} options the application's
 * @param {StoreSettings} settings
 * @param {ConstructorParameters<typeof Addon>[2]} owner
 * @throws {Error} when the store has no client to work through
 */
function openFallback(target, driver, options, settings, owner) {
  if (target.isOwn) makeClient(target, driver)
  const ofClient = settingsOf(target, options)
  const { native, forgets } = settings.encryption ?? { native: null, forgets: false }
  return new Addon(
    DriverStore,
    {
      ...ofClient,
      source: new Source(target, driver, { ...settings, servers: ofClient.servers }),
      ttlIndex: settings.autoRemove === 'native',
      timestamps: settings.timestamps,
      cipher: native ? new SessionCipher({ native, forgets }, ofClient.timeLimitMs) : undefined,
    },
    owner,
  )
}

/**
 * Makes the store's own client now, so that an unknown option is refused when the store is made. A connection string
 * that can't be parsed fails operations, as with the addon.
 * @param {Target} target
 * @param {DriverObjects} driver
 */
function makeClient({ uri, refusal }, driver) {
  try {
    return driver.client
  } catch (error) {
    if (uri === undefined) throw refusal ?? error
    return undefined
  }
}

module.exports = { openFallback }
