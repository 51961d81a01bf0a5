'use strict'

// TLS with real servers: which certificates the store trusts, how the client identifies itself, and that the store
// rejects everything untrusted.

const assert = require('node:assert/strict')
const fs = require('node:fs')
const path = require('node:path')
const { describe, it } = require('node:test')
const { MongoClient } = require('mongodb')
const MongoStore = require('connect-mongo-native')
const { hasAddon, needsAddon } = require('../helpers/addon.js')
const { runProgram } = require('../helpers/child.js')
const { withParameters } = require('../helpers/server.js')
const { useTlsServer } = require('../helpers/tls.js')
const { until } = require('../helpers/wait.js')

const open = useTlsServer()
const strict = useTlsServer({ demandsCertificate: true, auth: { user: 'root', password: 'hunter2' } })

/** Stores a session and reads it back. */
async function works(t, mongoUrl, mongoOptions) {
  const store = MongoStore.create({ mongoUrl, mongoOptions })
  t.after(() => store.close())
  await store.set('sid', { cookie: {}, user: 'Ada' })
  assert.equal((await store.get('sid')).user, 'Ada')
}

/** The error of a store that can't connect: it comes in time, names the host and contains no password. */
async function fails(t, mongoUrl, mongoOptions) {
  const store = MongoStore.create({ mongoUrl, mongoOptions: { serverSelectionTimeoutMS: 500, ...mongoOptions } })
  t.after(() => store.close())
  // On a busy machine, a handshake may take longer than that. Then the error only says so.
  return until('a reason', async () => {
    const error = await store.get('sid').then(
      () => assert.fail('it connected'),
      (reason) => reason,
    )
    assert.doesNotMatch(`${error.stack}${JSON.stringify(error)}`, /hunter2|nobody's/)
    return error.message.startsWith('No server ') ? undefined : error
  })
}

/** The connection string of a server, with added parameters. */
function urlOf({ server }, parameters) {
  return withParameters(server.url('tls-test'), parameters)
}

/** What TLS says: the addon's, or OpenSSL's where there is no addon. */
const words = (addons, openssls) => (hasAddon ? addons : openssls)

describe('the server is trusted', () => {
  it('by tlsCAFile, in the connection string and in mongoOptions', async (t) => {
    const { ca } = open.certificates
    await works(t, urlOf(open, { tls: true, tlsCAFile: ca }))
    await works(t, urlOf(open, { ssl: true }), { tlsCAFile: ca })
    await works(t, urlOf(open), { tls: true, tlsCAFile: ca })
  })

  it('by ca and sslCA: text, a Buffer, a list of those, or a file as in the drivers 4 and 5', async (t) => {
    const file = open.certificates.ca
    const bytes = fs.readFileSync(file)
    for (const ca of [
      String(bytes),
      bytes,
      [bytes],
      [String(fs.readFileSync(open.certificates.otherCa)), String(bytes)],
    ]) {
      await works(t, urlOf(open), { tls: true, ca })
      await works(t, urlOf(open), { ssl: true, sslCA: ca })
      await works(t, urlOf(open), { server: { ssl: true, sslCA: ca } })
    }
    await works(t, urlOf(open), { tls: true, sslCA: file })
  })

  for (const [name, variable] of [
    ['NODE_EXTRA_CA_CERTS', 'NODE_EXTRA_CA_CERTS'],
    ["the system's roots, which SSL_CERT_FILE names", 'SSL_CERT_FILE'],
  ]) {
    const skip = variable === 'SSL_CERT_FILE' ? needsAddon("the mongodb package trusts Node's roots") : {}
    it(`by ${name}`, skip, async () => {
      const { code, lines, stderr } = await runProgram(
        async ({ mongoUrl }) => {
          const store = require('connect-mongo-native').create({ mongoUrl })
          await store.set('sid', { cookie: {}, user: 'Ada' })
          console.log((await store.get('sid')).user)
          await store.close()
        },
        { mongoUrl: urlOf(open, { tls: true }) },
        { env: { [variable]: open.certificates.ca } },
      )
      assert.equal(code, 0, stderr)
      assert.deepEqual(lines, ['Ada'])
    })
  }

  it('without a check, when tlsInsecure, tlsAllowInvalidCertificates, rejectUnauthorized: false or sslValidate: false ask for that', async (t) => {
    const unchecked = [
      { tlsInsecure: true },
      { tlsAllowInvalidCertificates: true },
      { rejectUnauthorized: false },
      { sslValidate: false },
    ]
    for (const option of unchecked) await works(t, urlOf(open, { tls: true }).replace('127.0.0.1', 'localhost'), option)
    await works(t, urlOf(open, { tls: true, tlsInsecure: true }))
  })
})

describe('the server is not trusted', () => {
  it('without its authority, or with another one', async (t) => {
    for (const options of [
      {},
      { tlsCAFile: open.certificates.otherCa },
      { rejectUnauthorized: true },
      { sslValidate: true },
    ]) {
      const error = await fails(t, urlOf(open, { tls: true }), options)
      assert.equal(error.name, 'MongoServerSelectionError')
      const reason = words('invalid peer certificate: UnknownIssuer', 'self-signed certificate in certificate chain')
      assert.match(error.message, new RegExp(`${open.server.host}: ${reason}`))
    }
  })

  it('under a name that its certificate does not have', async (t) => {
    const error = await fails(
      t,
      urlOf(open, { tls: true, tlsCAFile: open.certificates.ca }).replace('127.0.0.1', 'localhost'),
    )
    assert.match(
      error.message,
      words(
        new RegExp(`localhost:${open.server.port}: .*: certificate not valid for name "localhost"`),
        new RegExp(`localhost:${open.server.port}: .* does not match certificate's altnames: Host: localhost`),
      ),
    )
  })

  it('when rejectUnauthorized in mongoOptions overrides the connection string', async (t) => {
    const error = await fails(t, urlOf(open, { tls: true, tlsAllowInvalidCertificates: true }), {
      rejectUnauthorized: true,
    })
    assert.match(error.message, words(/UnknownIssuer/, /self-signed certificate in certificate chain/))
  })
})

describe('the client identifies itself', () => {
  /** A connection string for the server that demands certificates, with a user without a password. */
  const urlFor = (parameters) =>
    urlOf({ server: { url: (name) => `mongodb://${strict.server.host}/${name}` } }, { tls: true, ...parameters })
  const root = () => ({
    auth: { username: 'root', password: 'hunter2' },
    authSource: 'admin',
    tlsCAFile: strict.certificates.ca,
  })

  it('by tlsCertificateKeyFile', async (t) => {
    await works(t, urlFor({ tlsCertificateKeyFile: strict.certificates.client }), root())
    await works(t, urlFor(), {
      ...root(),
      tlsCertificateKeyFile: strict.certificates.client,
      tlsCertificateKeyFilePassword: 'for nothing',
    })
  })

  it('by a certificate and a key in two files, or as values', async (t) => {
    const { clientCertificate, clientKey } = strict.certificates
    const [cert, key] = [fs.readFileSync(clientCertificate), fs.readFileSync(clientKey, 'utf8')]
    await works(t, urlFor(), { ...root(), tlsCertificateFile: clientCertificate, tlsCertificateKeyFile: clientKey })
    await works(t, urlFor(), { ...root(), sslCert: clientCertificate, sslKey: clientKey })
    await works(t, urlFor(), { ...root(), cert, key })
    await works(t, urlFor(), { ...root(), replSet: { sslCert: cert, sslKey: key } })
  })

  it('by a key with a password, whatever its form', async (t) => {
    const { encrypted, oldEncrypted, clientCertificate, encryptedKey, password } = strict.certificates
    for (const tlsCertificateKeyFile of [encrypted, oldEncrypted]) {
      await works(t, urlFor(), { ...root(), tlsCertificateKeyFile, tlsCertificateKeyFilePassword: password })
    }
    const [sslCert, sslKey] = [fs.readFileSync(clientCertificate), fs.readFileSync(encryptedKey)]
    await works(t, urlFor(), { ...root(), sslCert, sslKey, sslPass: password })
    // Node's own TLS takes text only.
    const passphrase = words(Buffer.from(password), password)
    await works(t, urlFor(), { ...root(), cert: sslCert, key: sslKey, passphrase })
  })

  it('and fails without the certificate that the server demands', async (t) => {
    const error = await fails(t, urlFor(), root())
    assert.match(error.message, new RegExp(`${strict.server.host}: .*${words('certificate', 'closed the connection')}`))
  })

  it('and fails with a wrong password of the key, or none, and no message quotes it', async (t) => {
    const { encrypted, oldEncrypted } = strict.certificates
    const given = (tlsCertificateKeyFile, tlsCertificateKeyFilePassword) => ({
      ...root(),
      tlsCertificateKeyFile,
      tlsCertificateKeyFilePassword,
    })
    assert.match((await fails(t, urlFor(), given(encrypted, "nobody's"))).message, /decrypt/)
    assert.throws(
      () => MongoStore.create({ mongoUrl: urlFor(), mongoOptions: given(oldEncrypted, "nobody's") }),
      ({ message }) => {
        assert.match(message, /can't be decrypted by tlsCertificateKeyFilePassword/)
        assert.doesNotMatch(message, /nobody's/)
        return true
      },
    )
    for (const file of [encrypted, oldEncrypted]) {
      assert.throws(
        () => MongoStore.create({ mongoUrl: urlFor(), mongoOptions: given(file) }),
        /Set tlsCertificateKeyFilePassword/,
      )
    }
  })

  it('as a user, by MONGODB-X509', async (t) => {
    const { user } = strict.certificates
    const client = new MongoClient(
      `mongodb://root:hunter2@${strict.server.host}/?authSource=admin`,
      strict.clientOptions,
    )
    t.after(() => client.close())
    await client.db('$external').command({ createUser: user, roles: [{ role: 'readWrite', db: 'tls-test' }] })
    const identity = {
      tlsCAFile: strict.certificates.ca,
      tlsCertificateKeyFile: strict.certificates.client,
      authMechanism: 'MONGODB-X509',
    }
    await works(t, urlFor(identity))
    await works(t, urlFor({ ...identity, authSource: '$external' }).replace('//', `//${encodeURIComponent(user)}@`))
    await works(t, urlFor(), identity)
    await client.db('$external').command({ dropUser: user })
    // The mongodb package asks in another way, and is told that there is no such user.
    assert.equal((await fails(t, urlFor(identity))).code, words(18, 11))
  })

  it('and fails with a missing file, which the error names', async (t) => {
    const absent = strict.certificates.ca.replace('ca.pem', 'absent.pem')
    for (const name of ['tlsCAFile', 'tlsCertificateKeyFile']) {
      const error = await fails(t, urlFor(), { ...root(), [name]: absent })
      assert.equal(error.name, words('MongoInvalidArgumentError', 'Error'))
      assert.match(error.message, words(new RegExp(`${name} .*absent.pem: No such file`), /no such file.*absent\.pem/))
      // It means "no such session" to express-session.
      assert.notEqual(error.code, 'ENOENT')
    }
  })
})

describe('certificates and keys given as values', () => {
  it('are in no file that anybody else can read, and none of them is left behind', async () => {
    const { ca, clientCertificate, clientKey } = strict.certificates
    const text = (file) => fs.readFileSync(file, 'utf8')
    const { code, lines, stderr } = await runProgram(
      ({ mongoUrl, mongoOptions }) => {
        const { chmodSync, mkdtempSync, readdirSync, statSync } = require('node:fs')
        const { join } = require('node:path')
        // The program gets its own folder, so that the test sees everything that it leaves behind.
        const folder = mkdtempSync(join(process.env.TMPDIR, 'own-'))
        chmodSync(folder, 0o755)
        process.env.TMPDIR = folder
        const { withOptions } = require('./lib/settings/connection-string.js')
        const files = [...new URLSearchParams(withOptions(mongoUrl, mongoOptions).split('?')[1])]
          .filter(([name]) => /File$/.test(name))
          .map(([, file]) => file)
        for (const file of files) console.log((statSync(file).mode & 0o777).toString(8))
        process.once('exit', () => console.log(readdirSync(folder).length))
      },
      {
        mongoUrl: 'mongodb://127.0.0.1/',
        mongoOptions: { tls: true, ca: text(ca), cert: text(clientCertificate), key: text(clientKey) },
      },
      {
        env: { TMPDIR: path.dirname(ca) },
      },
    )
    assert.equal(code, 0, stderr)
    assert.deepEqual(lines, ['600', '600', '0'])
  })

  it('go with the process on a system that does not show its open files', async () => {
    const { code, lines, stderr } = await runProgram(() => {
      const files = require('node:fs')
      const read = files.readFileSync
      files.readFileSync = (file, ...more) => {
        if (String(file).startsWith('/proc/')) throw new Error('There is no /proc here')
        return read(file, ...more)
      }
      const file = require('./lib/settings/private-file.js').privateFile('a certificate')
      console.log(JSON.stringify([file, (files.statSync(file).mode & 0o777).toString(8), read(file, 'utf8')]))
    })
    assert.equal(code, 0, stderr)
    const [file, mode, text] = JSON.parse(lines[0])
    assert.deepEqual([mode, text], ['600', 'a certificate'])
    assert.equal(fs.existsSync(path.dirname(file)), false)
  })
})
