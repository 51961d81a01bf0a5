'use strict'

// The options of TLS that the drivers have had. This is data only, a part of `driver-options.js`.

const { LOGS, OWN_CLIENT, carried, gone, refused } = require('./fates.js')
const { isFalse, isTrue } = require('./truth.js')

const TLS_LAYER = 'the addon has a TLS of its own, which takes certificates and keys only'

/** @type {import('./fates.js').Options} */
const TLS_OPTIONS = {
  tls: ['3-7', carried('tls')],
  ssl: ['1-7', carried('tls')],
  tlsInsecure: ['3-7', carried('tlsInsecure')],
  tlsAllowInvalidCertificates: ['3-7', carried('tlsAllowInvalidCertificates')],
  rejectUnauthorized: ['2-7', carried('tlsAllowInvalidCertificates')],
  sslValidate: ['1-5', carried('tlsAllowInvalidCertificates')],
  tlsCAFile: ['3-7', carried('tlsCAFile')],
  ca: ['2-7', carried('tlsCAFile')],
  sslCA: ['1-5', carried('tlsCAFile')],
  tlsCertificateKeyFile: ['3-7', carried('tlsCertificateKeyFile')],
  tlsCertificateFile: ['3-5', carried('tlsCertificateKeyFile')],
  cert: ['2-7', carried('tlsCertificateKeyFile')],
  key: ['2-7', carried('tlsCertificateKeyFile')],
  sslCert: ['1-5', carried('tlsCertificateKeyFile')],
  sslKey: ['1-5', carried('tlsCertificateKeyFile')],
  tlsCertificateKeyFilePassword: ['3-7', carried('tlsCertificateKeyFilePassword')],
  passphrase: ['2-7', carried('tlsCertificateKeyFilePassword')],
  sslPass: ['1-5', carried('tlsCertificateKeyFilePassword')],
  tlsAllowInvalidHostnames: [
    '3-7',
    refused(
      'the addon checks a certificate with its host name, or not at all: name the host in the certificate, or set tlsInsecure',
      'false',
      isFalse,
    ),
  ],
  checkServerIdentity: ['2-7', refused(`the addon checks host names by its own rules: ${OWN_CLIENT}`, 'true', isTrue)],
  pfx: [
    '4-7',
    refused('give tlsCertificateKeyFile instead: `openssl pkcs12 -in client.pfx -out client.pem` makes the PEM file'),
  ],
  tlsCRLFile: ['6 7', refused(`the addon does not check revocation lists: ${OWN_CLIENT}`)],
  crl: ['2-7', refused(`the addon does not check revocation lists: ${OWN_CLIENT}`)],
  sslCRL: ['2-5', refused(`the addon does not check revocation lists: ${OWN_CLIENT}`)],
  servername: ['2-7', refused(`the certificate must be for the host's name: ${OWN_CLIENT}`)],
  secureContext: ['4-7', refused(`${TLS_LAYER}: give ca, cert and key`)],
  ciphers: ['2-7', refused(`${TLS_LAYER}: leave it out`)],
  ecdhCurve: ['2-7', refused(`${TLS_LAYER}: leave it out`, 'auto', (value) => value === 'auto')],
  secureProtocol: [
    '4-7',
    refused(`the addon speaks TLS 1.2 and 1.3: leave it out`, 'TLS_method', (value) => value === 'TLS_method'),
  ],
  minDHSize: ['4-7', refused(`${TLS_LAYER}: leave it out`)],
  pskCallback: ['4-7', refused(`${TLS_LAYER}: ${OWN_CLIENT}`)],
  ALPNProtocols: ['4-7', refused(`${TLS_LAYER}: leave it out`)],
  allowPartialTrustChain: ['6 7', refused(`a chain must end at a trusted root: ${OWN_CLIENT}`, 'false', isFalse)],
  requestOCSP: ['4-7', refused(`${TLS_LAYER}: leave it out`, 'false', isFalse)],
  session: ['4-7', gone('the addon resumes TLS sessions by itself')],
  requestCert: ['4-7', gone('is for servers only')],
  SNICallback: ['4-7', gone('is for servers only')],
  enableTrace: ['4-7', gone(LOGS)],
}

/**
 * Whether an option only says how TLS is done: it means nothing to a connection without TLS.
 * @param {string} name
 */
function isOfTlsOnly(name) {
  return name in TLS_OPTIONS && name !== 'tls' && name !== 'ssl'
}

module.exports = { TLS_OPTIONS, isOfTlsOnly }
