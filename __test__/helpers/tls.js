'use strict'

// Certificates for the tests of TLS, made anew each time by openssl, and servers that use them.

const { execFileSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { after, before } = require('node:test')

const KEY_PASSWORD = 'hunter2 & more'

/**
 * Makes in a temporary folder, as PEM files:
 *
 * - `ca`, and `otherCa`, which nobody should trust;
 * - `server`, for 127.0.0.1 and no other name;
 * - `client`, `clientCertificate` and `clientKey`: the same in one file and in two;
 * - `encrypted` and `oldEncrypted`: the client with a key encrypted by `password`, in the form of PKCS #8 and of old.
 */
function makeCertificates() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'connect-mongo-native-test-'))
  const file = (name) => path.join(folder, name)
  const openssl = (...args) => execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const authority = (name) => {
    openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-subj',
      `/O=authority/CN=${name}`,
      '-keyout',
      file(`${name}.key`),
      '-out',
      file(`${name}.pem`),
    )
    return file(`${name}.pem`)
  }
  const signed = (name, subject, extension) => {
    fs.writeFileSync(file(`${name}.ext`), extension)
    openssl(
      'req',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-subj',
      subject,
      '-keyout',
      file(`${name}.key`),
      '-out',
      file(`${name}.csr`),
    )
    openssl(
      'x509',
      '-req',
      '-in',
      file(`${name}.csr`),
      '-CA',
      file('ca.pem'),
      '-CAkey',
      file('ca.key'),
      '-CAcreateserial',
      '-days',
      '2',
      '-extfile',
      file(`${name}.ext`),
      '-out',
      file(`${name}.crt`),
    )
    return together(`${name}.pem`, file(`${name}.crt`), file(`${name}.key`))
  }
  const together = (name, ...parts) => {
    fs.writeFileSync(file(name), parts.map((part) => fs.readFileSync(part, 'utf8')).join(''))
    return file(name)
  }
  const ca = authority('ca')
  const otherCa = authority('other')
  const server = signed(
    'server',
    '/O=server/CN=127.0.0.1',
    'subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth',
  )
  const client = signed('client', '/O=client/CN=app', 'extendedKeyUsage=clientAuth')
  openssl(
    'pkcs8',
    '-topk8',
    '-in',
    file('client.key'),
    '-out',
    file('encrypted.key'),
    '-passout',
    `pass:${KEY_PASSWORD}`,
  )
  openssl(
    'rsa',
    '-aes256',
    '-traditional',
    '-in',
    file('client.key'),
    '-out',
    file('old.key'),
    '-passout',
    `pass:${KEY_PASSWORD}`,
  )
  return {
    ca,
    otherCa,
    server,
    client,
    clientCertificate: file('client.crt'),
    clientKey: file('client.key'),
    encrypted: together('encrypted.pem', file('client.crt'), file('encrypted.key')),
    oldEncrypted: together('old.pem', file('client.crt'), file('old.key')),
    encryptedKey: file('encrypted.key'),
    password: KEY_PASSWORD,
    /** How the server names the client's certificate as a user. */
    user: 'CN=app,O=client',
    remove: () => fs.rmSync(folder, { recursive: true, force: true }),
  }
}

/** Arguments of a mongod that wants TLS; a client without a certificate is let in unless `demandsCertificate`. */
function tlsArguments({ ca, server }, { demandsCertificate = false } = {}) {
  return [
    '--tlsMode',
    'requireTLS',
    '--tlsCertificateKeyFile',
    server,
    '--tlsCAFile',
    ca,
    ...(demandsCertificate ? [] : ['--tlsAllowConnectionsWithoutCertificates']),
  ]
}

/** For a whole test file: `{ certificates, server }`, a server with TLS and more options of `startServer`. */
function useTlsServer({ demandsCertificate, ...options } = {}) {
  const tls = {}
  before(async () => {
    tls.certificates = makeCertificates()
    const { startServer } = await import('../../scripts/mongod.mjs')
    const { ca, client } = tls.certificates
    tls.clientOptions = { tls: true, tlsCAFile: ca, tlsCertificateKeyFile: client }
    tls.server = await startServer({
      ...options,
      args: tlsArguments(tls.certificates, { demandsCertificate }),
      clientOptions: tls.clientOptions,
    })
  })
  after(async () => {
    await tls.server?.stop()
    tls.certificates?.remove()
  })
  return tls
}

module.exports = { makeCertificates, tlsArguments, useTlsServer }
