'use strict'

// The options that a store shows as `store.options`.

const { hideInPrints } = require('../common/secrets.js')

/** @import { KrupteinOptions } from '../encryption/adapters.js' */
/** @import { Encryption } from '../encryption/encryption.js' */
/** @import { Options } from './table.js' */

/**
 * @param {Options} options with defaults
 * @param {Options} given the application's own object, which is not changed
 * @param {Readonly<Encryption> | null} encryption
 * @returns {Options}
 */
function shownOptions(options, given, encryption) {
  const shown = encryption ? withoutSecrets(options, encryption) : options
  return shown === given ? shown : hideInPrints(shown)
}

/**
 * Encryption secrets are not enumerable, and the secret of connect-mongo 3 is not kept at all.
 * @param {Options} options
 * @param {Encryption} encryption
 * @returns {Options}
 */
function withoutSecrets({ secret: _, ...options }, { publicAdapter }) {
  /** @type {Options} */
  const shown = options
  if (shown.crypto) {
    const { secret, ...others } = shown.crypto
    const hidden = Object.defineProperty(others, 'secret', { value: secret, enumerable: false })
    shown.crypto = /** @type {KrupteinOptions} */ (hidden)
  }
  if (shown.encryption) {
    const keys = shown.encryption.keys.map(({ id }) => ({ id }))
    shown.encryption = /** @type {Options['encryption']} */ ({ ...shown.encryption, keys })
  }
  return publicAdapter ? { ...shown, cryptoAdapter: publicAdapter } : shown
}

module.exports = { shownOptions }
