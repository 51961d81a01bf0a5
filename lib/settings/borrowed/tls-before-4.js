'use strict'

// Reads the TLS options of drivers before version 4, which use the names of all their layers, and returns them under
// the names of later drivers.

/** @import { DriverOptions } from './shape.js' */

/**
 * @param {DriverOptions} options of a client, a Db or a topology
 * @param {object} [defaults]
 * @param {boolean} [defaults.checked] whether certificates are checked by default, which version 2 does not
 * @returns {Record<string, unknown>}
 * @throws {TypeError} that says what can't be carried over
 */
function tlsOf(options, { checked = true } = {}) {
  const tls = options.tls ?? options.ssl
  if (tls !== true && tls !== 'true') return tls === undefined ? {} : { tls: false }
  const insecure = isInsecure(options, checked)
  refuseObstacles(options, insecure)
  /** @type {Record<string, unknown>} */
  const found = {
    ca: options.sslCA ?? options.ca,
    cert: options.sslCert ?? options.cert,
    key: options.sslKey ?? options.key,
    passphrase: options.sslPass ?? options.passphrase ?? options.passPhrase,
    tlsCAFile: options.tlsCAFile,
    tlsCertificateKeyFile: options.tlsCertificateKeyFile,
    tlsCertificateKeyFilePassword: options.tlsCertificateKeyFilePassword,
  }
  if (found.tlsCAFile) delete found.ca
  if (found.tlsCertificateKeyFile) for (const name of ['cert', 'key', 'passphrase']) delete found[name]
  const given = Object.entries(found).filter(
    ([, value]) => value !== undefined && value !== null && lengthOf(value) !== 0,
  )
  return { tls: true, ...Object.fromEntries(given), ...(insecure ? { tlsAllowInvalidCertificates: true } : {}) }
}

/**
 * @param {DriverOptions} options
 * @param {boolean} checked
 */
function isInsecure({ sslValidate, rejectUnauthorized, tlsInsecure, tlsAllowInvalidCertificates }, checked) {
  return (
    [sslValidate, rejectUnauthorized].includes(false) ||
    tlsInsecure === true ||
    tlsAllowInvalidCertificates === true ||
    (!checked && sslValidate !== true && rejectUnauthorized !== true)
  )
}

/**
 * @param {DriverOptions} options
 * @param {boolean} insecure
 */
function refuseObstacles({ sslCRL, crl, checkServerIdentity, tlsAllowInvalidHostnames }, insecure) {
  if ([sslCRL, crl].some((list) => Number(lengthOf(list)) > 0))
    throw new TypeError('it has a list of revoked certificates (crl)')
  const hasOwnCheck = typeof checkServerIdentity === 'function' || checkServerIdentity === false
  if (!insecure && (hasOwnCheck || tlsAllowInvalidHostnames))
    throw new TypeError('it has its own check of the names in certificates (checkServerIdentity)')
}

/**
 * The length of a text or a list; undefined for anything else.
 * @param {unknown} value
 */
function lengthOf(value) {
  return /** @type {{length?: number} | null | undefined} */ (value)?.length
}

module.exports = { tlsOf }
