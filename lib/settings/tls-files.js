'use strict'

// What a connection with TLS trusts, and how it identifies itself: certificates and keys given in any of the ways of
// the drivers of npm become the two files that the addon reads.

const { createPrivateKey } = require('node:crypto')
const fs = require('node:fs')
const tls = require('node:tls')
const { systemRoots } = require('../common/native.js')
const { privateFile } = require('./private-file.js')
const { CA, CERTIFICATE, KEY } = require('./option-values.js')
const { warnOnce } = require('../common/warn.js')

/** Keys in the form of OpenSSL's own, which the addon can't decrypt. */
const OLD_ENCRYPTION = /-----BEGIN (?:RSA|EC|DSA) PRIVATE KEY-----\s+Proc-Type: 4,ENCRYPTED/

/**
 * The parameters of a connection with TLS.
 * @param {Map<string, Array>} given with parts of `option-values.js` in it
 * @returns {Map<string, Array>}
 */
function withTls(given) {
  const parameters = new Map(given)
  const [ca] = given.get(CA) ?? []
  if (ca) parameters.set('tlsCAFile', [ca.file ?? privateFile(ca.pem)])
  const isVerified = !['tlsInsecure', 'tlsAllowInvalidCertificates'].some((name) => given.get(name)?.[0] === 'true')
  if (!parameters.get('tlsCAFile')?.length && isVerified) parameters.set('tlsCAFile', [rootsFile()])
  return withIdentity(parameters)
}

/** The client's certificate and key, which the addon reads from one file. */
function withIdentity(parameters) {
  const [both] = parameters.get('tlsCertificateKeyFile') ?? []
  const [certificate = both && { file: both }] = parameters.get(CERTIFICATE) ?? []
  const [key = both ? { file: both } : certificate] = parameters.get(KEY) ?? []
  const [password] = parameters.get('tlsCertificateKeyFilePassword') ?? []
  parameters.delete('tlsCertificateKeyFilePassword')
  if (!certificate && !key) return parameters
  const keyText = read(key)
  const old = OLD_ENCRYPTION.test(keyText)
  const isEncrypted = old || keyText.includes('-----BEGIN ENCRYPTED PRIVATE KEY-----')
  if (isEncrypted && password === undefined)
    throw new Error('The key of the client is encrypted: tlsCertificateKeyFilePassword is needed')
  // A password of a key that has none does no harm in the drivers of npm.
  if (isEncrypted) parameters.set('tlsCertificateKeyFilePassword', [password])
  const isOneFile = both && certificate?.file === both && key.file === both
  if (isOneFile && !old) return parameters
  const keyPem = old ? reencrypted(keyText, password) : keyText
  const certificateText = certificate && certificate !== key ? read(certificate) : keyText
  parameters.set('tlsCertificateKeyFile', [privateFile(`${certificatesIn(certificateText)}\n${keyIn(keyPem)}`)])
  return parameters
}

/** The text of certificates or a key; none of a file that can't be read, which the addon tells when it connects. */
function read({ pem, file }) {
  if (pem !== undefined) return pem
  try {
    return fs.readFileSync(file, 'latin1')
  } catch {
    return ''
  }
}

function certificatesIn(text) {
  return (text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).join('\n')
}

function keyIn(text) {
  return text.match(/-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?-----END [A-Z ]*PRIVATE KEY-----/)?.[0] ?? ''
}

/** A key in a form that the addon can decrypt, with the same password. */
function reencrypted(text, passphrase) {
  let key
  try {
    key = createPrivateKey({ key: keyIn(text), passphrase })
  } catch (cause) {
    throw new Error(`The key of the client can't be decrypted by tlsCertificateKeyFilePassword (${cause.code})`, {
      cause,
    })
  }
  return key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase })
}

/** The file of the roots: one for the process, since to read them takes some milliseconds. */
let roots

/** The authorities that are trusted when the application names none: Node's own, the system's, and NODE_EXTRA_CA_CERTS. */
function rootsFile() {
  roots ??= privateFile([...tls.rootCertificates, systemRoots(), extraRoots()].join('\n'))
  return roots
}

function extraRoots() {
  const file = process.env.NODE_EXTRA_CA_CERTS
  if (!file) return ''
  try {
    return fs.readFileSync(file, 'latin1')
  } catch (error) {
    warnOnce(`NODE_EXTRA_CA_CERTS can't be read: ${error.message}`, 'MONGO_STORE_OPTION')
    return ''
  }
}

module.exports = { withTls }
