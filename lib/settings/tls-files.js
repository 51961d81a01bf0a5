'use strict'

// Makes the two files that the addon reads for TLS: the trusted authorities, and the client's certificate with its key.
// The certificates and keys may be given in every way that the drivers of npm accept.

const { createPrivateKey } = require('node:crypto')
const fs = require('node:fs')
const tls = require('node:tls')
const { addon } = require('../common/native.js')
const { privateFile } = require('./private-file.js')
const { CA, CERTIFICATE, KEY } = require('./parameters.js')
const { warnOnce } = require('../common/warn.js')

/** @import { Addon } from '../common/native.js' */
/** @import { Material, Parameters } from './parameters.js' */

/** Encrypted keys in OpenSSL's own form, which the addon can't decrypt. */
const OLD_ENCRYPTION = /-----BEGIN (?:RSA|EC|DSA) PRIVATE KEY-----\s+Proc-Type: 4,ENCRYPTED/

/**
 * The parameters of a connection with TLS, with certificates and keys as files.
 * @param {Parameters} given
 * @returns {Parameters}
 */
function withTlsFiles(given) {
  const parameters = new Map(given)
  const ca = materialOf(given, CA)
  if (ca) parameters.set('tlsCAFile', [ca.pem === undefined ? ca.file : privateFile(ca.pem)])
  const isVerified = !['tlsInsecure', 'tlsAllowInvalidCertificates'].some((name) => given.get(name)?.[0] === 'true')
  // The `mongodb` package has its own root certificates.
  if (addon && isVerified && !parameters.get('tlsCAFile')?.length) parameters.set('tlsCAFile', [rootsFile(addon)])
  return withIdentity(parameters)
}

/**
 * The certificates or the key of a parameter; a text is the name of a file.
 * @param {Parameters} parameters
 * @param {string} name
 * @returns {Material | undefined}
 */
function materialOf(parameters, name) {
  const [given] = parameters.get(name) ?? []
  if (typeof given !== 'string') return given
  return given === '' ? undefined : { file: given }
}

/**
 * Adds the client's certificate and key, which the addon reads from one file.
 * @param {Parameters} parameters
 */
function withIdentity(parameters) {
  const both = materialOf(parameters, 'tlsCertificateKeyFile')
  const certificate = materialOf(parameters, CERTIFICATE) ?? both
  const key = materialOf(parameters, KEY) ?? both ?? certificate
  const [password] = parameters.get('tlsCertificateKeyFilePassword') ?? []
  parameters.delete('tlsCertificateKeyFilePassword')
  if (!key) return parameters
  const keyText = read(key)
  const old = OLD_ENCRYPTION.test(keyText)
  const isEncrypted = old || keyText.includes('-----BEGIN ENCRYPTED PRIVATE KEY-----')
  // The drivers of npm also accept a password for a key without one. It is left out.
  if (isEncrypted) {
    if (typeof password !== 'string')
      throw new Error('The key of the client is encrypted. Set tlsCertificateKeyFilePassword')
    parameters.set('tlsCertificateKeyFilePassword', [password])
  }
  const isOneFile = both && certificate?.file === both.file && key.file === both.file
  if (isOneFile && !old) return parameters
  const keyPem = old ? reencrypted(keyText, String(password)) : keyText
  const certificateText = certificate && certificate !== key ? read(certificate) : keyText
  parameters.set('tlsCertificateKeyFile', [privateFile(`${certificatesIn(certificateText)}\n${keyIn(keyPem)}`)])
  return parameters
}

/**
 * The text of certificates or a key. If the file can't be read, the text is empty, and the addon reports that when it
 * connects.
 * @param {Material} material
 */
function read({ pem, file }) {
  if (pem !== undefined) return pem
  try {
    return fs.readFileSync(file, 'latin1')
  } catch {
    return ''
  }
}

/** @param {string} text */
function certificatesIn(text) {
  return (text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).join('\n')
}

/** @param {string} text */
function keyIn(text) {
  return text.match(/-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?-----END [A-Z ]*PRIVATE KEY-----/)?.[0] ?? ''
}

/**
 * A key in a form that the addon can decrypt, with the same password.
 * @param {string} text
 * @param {string} passphrase
 */
function reencrypted(text, passphrase) {
  let key
  try {
    key = createPrivateKey({ key: keyIn(text), passphrase })
  } catch (cause) {
    throw new Error(
      `The key of the client can't be decrypted by tlsCertificateKeyFilePassword (${/** @type {NodeJS.ErrnoException} */ (cause).code})`,
      {
        cause,
      },
    )
  }
  return String(key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase }))
}

/**
 * The file of the root certificates. There is one per process, because reading them takes some milliseconds.
 * @type {string | undefined}
 */
let roots

/**
 * The authorities to trust when the application names none: Node's own, the system's, and NODE_EXTRA_CA_CERTS.
 * @param {Addon} addon
 */
function rootsFile({ systemRoots }) {
  roots ??= privateFile([...tls.rootCertificates, systemRoots(), extraRoots()].join('\n'))
  return roots
}

function extraRoots() {
  const file = process.env.NODE_EXTRA_CA_CERTS
  if (!file) return ''
  try {
    return fs.readFileSync(file, 'latin1')
  } catch (error) {
    const { message } = /** @type {Error} */ (error)
    warnOnce(`NODE_EXTRA_CA_CERTS can't be read: ${message}`, 'MONGO_STORE_OPTION')
    return ''
  }
}

module.exports = { withTlsFiles }
