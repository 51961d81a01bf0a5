'use strict'

// Certificates for a test: an authority, a server on 127.0.0.1, and a client, made by openssl.

const { execFileSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')

/** The names in the client's certificate, as MongoDB has them for its user. */
const CLIENT = 'CN=sessions,OU=tests,O=connect-mongo-native'

/**
 * Makes a folder with `ca.pem`, `server.pem` and `client.pem` (certificate and key in one file each). Gives the paths,
 * the client's `subject`, and `remove()`.
 */
function makeCertificates() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'connect-mongo-native-tls-'))
  const file = (name) => path.join(folder, name)
  const openssl = (...args) => execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  openssl(
    'req',
    '-x509',
    ...key,
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-days',
    '3650',
    '-subj',
    '/O=connect-mongo-native/CN=authority',
  )
  const names = {
    server: ['/O=connect-mongo-native/OU=servers/CN=127.0.0.1', 'subjectAltName=IP:127.0.0.1,DNS:localhost'],
    client: [`/${CLIENT.split(',').reverse().join('/')}`, 'extendedKeyUsage=clientAuth'],
  }
  for (const [name, [subject, extension]] of Object.entries(names)) {
    openssl('req', ...key, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', subject)
    fs.writeFileSync(file(`${name}.ext`), `${extension}\n`)
    openssl(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-out',
      `${name}.crt`,
      '-days',
      '3650',
      '-extfile',
      `${name}.ext`,
    )
    fs.writeFileSync(
      file(`${name}.pem`),
      fs.readFileSync(file(`${name}.crt`), 'utf8') + fs.readFileSync(file(`${name}.key`), 'utf8'),
    )
  }
  return {
    ca: file('ca.pem'),
    server: file('server.pem'),
    client: file('client.pem'),
    subject: CLIENT,
    remove: () => fs.rmSync(folder, { recursive: true, force: true }),
  }
}

module.exports = { makeCertificates }
