'use strict'

// Certificates that openssl generates for each test file, and servers that use them.

const { execFileSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { after, before } = require('node:test')

const KEY_PASSWORD = 'hunter2 & more'

/**
 * Generates PEM files in a temporary folder:
 *
 * - `ca`, and `otherCa`, which nobody should trust;
 * - `server`, for 127.0.0.1 and no other name;
 * - `client`, `clientCertificate` and `clientKey`: certificate and key in one file, and in two;
 * - `encrypted` and `oldEncrypted`: the client with a key encrypted by `password`, in PKCS #8 and in the older format.
 *
 * `user` is the client's user name on a server, and `remove()` removes the folder.
 */
function makeCertificates() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'connect-mongo-native-test-'))
  const file = (name) => path.join(folder, name)
  /** `command` is split at spaces. Arguments that may contain spaces follow it. */
  const openssl = (command, ...args) =>
    execFileSync('openssl', [...command.split(' '), ...args], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
  const authority = (name) => {
    openssl(
      `req -x509 -newkey rsa:2048 -nodes -days 2 -subj /O=authority/CN=${name} -keyout ${name}.key -out ${name}.pem`,
    )
    return file(`${name}.pem`)
  }
  const together = (name, ...parts) => {
    fs.writeFileSync(file(name), parts.map((part) => fs.readFileSync(file(part), 'utf8')).join(''))
    return file(name)
  }
  const signed = (name, subject, extensions) => {
    fs.writeFileSync(file(`${name}.ext`), extensions)
    openssl(`req -newkey rsa:2048 -nodes -subj ${subject} -keyout ${name}.key -out ${name}.csr`)
    const authorities = '-CA ca.pem -CAkey ca.key -CAcreateserial'
    openssl(`x509 -req -in ${name}.csr ${authorities} -days 2 -extfile ${name}.ext -out ${name}.crt`)
    return together(`${name}.pem`, `${name}.crt`, `${name}.key`)
  }
  const ca = authority('ca')
  const otherCa = authority('other')
  const server = signed(
    'server',
    '/O=server/CN=127.0.0.1',
    'subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth',
  )
  const client = signed('client', '/O=client/CN=app', 'extendedKeyUsage=clientAuth')
  openssl('pkcs8 -topk8 -in client.key -out encrypted.key -passout', `pass:${KEY_PASSWORD}`)
  openssl('rsa -aes256 -traditional -in client.key -out old.key -passout', `pass:${KEY_PASSWORD}`)
  return {
    ca,
    otherCa,
    server,
    client,
    clientCertificate: file('client.crt'),
    clientKey: file('client.key'),
    encrypted: together('encrypted.pem', 'client.crt', 'encrypted.key'),
    oldEncrypted: together('old.pem', 'client.crt', 'old.key'),
    encryptedKey: file('encrypted.key'),
    password: KEY_PASSWORD,
    user: 'CN=app,O=client',
    remove: () => fs.rmSync(folder, { recursive: true, force: true }),
  }
}

/** Arguments for a mongod that requires TLS. Client certificates are optional unless `demandsCertificate`. */
function tlsArguments({ ca, server }, { demandsCertificate = false } = {}) {
  return [
    ...['--tlsMode', 'requireTLS', '--tlsCertificateKeyFile', server, '--tlsCAFile', ca],
    ...(demandsCertificate ? [] : ['--tlsAllowConnectionsWithoutCertificates']),
  ]
}

/** For a whole test file: `{ certificates, server, clientOptions }`, a TLS server with options of `startServer`. */
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
