'use strict'

// An authority and what it signs, made by openssl for one run: a certificate of the servers on this machine, and one of
// an application that logs in by it.

const { execFile } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { promisify } = require('node:util')
const { Unavailable } = require('./unavailable.js')

/** The name of the application in MongoDB. Its O and OU differ from the servers', or it would be taken for one of them. */
const APPLICATION = 'CN=session store,OU=applications,O=users'

/** Resolves with the files `ca`, `server` and `application` (each of the latter with its key), and `remove()`. */
async function makeCertificates() {
  const folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'connect-mongo-native-'))
  const file = (name) => path.join(folder, name)
  const openssl = (...args) => promisify(execFile)('openssl', args, { cwd: folder })
  try {
    const key = ['-newkey', 'rsa:2048', '-nodes']
    await openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', '/O=authority/CN=authority')
    const sign = async (name, subject, extensions) => {
      fs.writeFileSync(file(`${name}.ext`), extensions.join('\n'))
      await openssl('req', '-new', ...key, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', subject)
      const by = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial']
      await openssl('x509', '-req', '-in', `${name}.csr`, ...by, '-days', '2', '-extfile', `${name}.ext`, '-out', `${name}.crt`)
      fs.writeFileSync(file(`${name}.pem`), fs.readFileSync(file(`${name}.crt`), 'utf8') + fs.readFileSync(file(`${name}.key`), 'utf8'))
    }
    const both = 'extendedKeyUsage = serverAuth, clientAuth' // the members of a replica set are each other's clients
    await sign('server', '/O=servers/OU=servers/CN=localhost', ['subjectAltName = IP:127.0.0.1, DNS:localhost', both])
    await sign('application', '/O=users/OU=applications/CN=session store', ['extendedKeyUsage = clientAuth'])
  } catch (error) {
    if (error.code === 'ENOENT') throw new Unavailable('there is no openssl on this machine to make certificates with')
    throw error
  }
  return {
    ca: file('ca.pem'),
    server: file('server.pem'),
    application: file('application.pem'),
    remove: () => fs.rmSync(folder, { recursive: true, force: true }),
  }
}

module.exports = { APPLICATION, makeCertificates }
