'use strict'

// What drivers before version 4 were told of TLS, under the names of all their layers, in the names of later drivers.

/**
 * @param {object} options of a client, a Db or a topology
 * @param {object} [defaults] whether certificates are checked when nothing is said, which version 2 does not
 * @throws {TypeError} that tells what can't be carried over
 */
function tlsOf(options, { checked = true } = {}) {
  const tls = options.tls ?? options.ssl
  if (tls !== true && tls !== 'true') return tls === undefined ? {} : { tls: false }
  const insecure =
    [options.sslValidate, options.rejectUnauthorized].includes(false) ||
    options.tlsInsecure === true ||
    options.tlsAllowInvalidCertificates === true ||
    (!checked && options.sslValidate !== true && options.rejectUnauthorized !== true)
  for (const name of ['sslCRL', 'crl']) {
    if (options[name]?.length > 0) throw new TypeError('it has a list of revoked certificates (crl)')
  }
  if (
    !insecure &&
    (typeof options.checkServerIdentity === 'function' ||
      options.checkServerIdentity === false ||
      options.tlsAllowInvalidHostnames)
  ) {
    throw new TypeError('it checks the names in certificates in a way of its own (checkServerIdentity)')
  }
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
    ([, value]) => value !== undefined && value !== null && value?.length !== 0,
  )
  return { tls: true, ...Object.fromEntries(given), ...(insecure ? { tlsAllowInvalidCertificates: true } : {}) }
}

module.exports = { tlsOf }
