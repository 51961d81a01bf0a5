'use strict'

// Every TLS option that the drivers ever had. This is data only, a part of `driver-options.js`.

const { LOGS, carried, gone, refused } = require('./fates.js')
const { isFalse, isTrue } = require('./truth.js')

const TLS_LAYER = 'the addon has its own TLS, which takes only certificates and keys'
const REVOCATION = 'the addon does not check revocation lists'
const LEAVE_OUT = 'leave it out'

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
    refused('the addon checks the certificate and its host name, or neither', {
      remedy: 'add the host name to the certificate, or set tlsInsecure',
      takes: ['false', isFalse],
    }),
  ],
  checkServerIdentity: ['2-7', refused('the addon has its own check of host names', { takes: ['true', isTrue] })],
  pfx: [
    '4-7',
    refused('the addon takes PEM only', {
      remedy: 'set tlsCertificateKeyFile; `openssl pkcs12 -in client.pfx -out client.pem` makes the file',
    }),
  ],
  tlsCRLFile: ['6 7', refused(REVOCATION)],
  crl: ['2-7', refused(REVOCATION)],
  sslCRL: ['2-5', refused(REVOCATION)],
  servername: ['2-7', refused('the certificate must have the name of the host')],
  secureContext: ['4-7', refused(TLS_LAYER, { remedy: 'set ca, cert and key' })],
  ciphers: ['2-7', refused(TLS_LAYER, { remedy: LEAVE_OUT })],
  ecdhCurve: ['2-7', refused(TLS_LAYER, { remedy: LEAVE_OUT, takes: ['auto', (value) => value === 'auto'] })],
  secureProtocol: [
    '4-7',
    refused('the addon speaks TLS 1.2 and 1.3', {
      remedy: LEAVE_OUT,
      takes: ['TLS_method', (value) => value === 'TLS_method'],
    }),
  ],
  minDHSize: ['4-7', refused(TLS_LAYER, { remedy: LEAVE_OUT })],
  pskCallback: ['4-7', refused(TLS_LAYER)],
  ALPNProtocols: ['4-7', refused(TLS_LAYER, { remedy: LEAVE_OUT })],
  allowPartialTrustChain: [
    '6 7',
    refused('a certificate chain must end at a trusted root', { takes: ['false', isFalse] }),
  ],
  requestOCSP: ['4-7', refused(TLS_LAYER, { remedy: LEAVE_OUT, takes: ['false', isFalse] })],
  session: ['4-7', gone('the addon resumes TLS sessions by itself')],
  requestCert: ['4-7', gone('it is for servers')],
  SNICallback: ['4-7', gone('it is for servers')],
  enableTrace: ['4-7', gone(LOGS)],
}

/**
 * Whether an option only configures TLS: it has no meaning for a connection without TLS.
 * @param {string} name
 */
function isOfTlsOnly(name) {
  return name in TLS_OPTIONS && name !== 'tls' && name !== 'ssl'
}

module.exports = { TLS_OPTIONS, isOfTlsOnly }
