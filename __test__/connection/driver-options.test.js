'use strict'

// Every option of every driver: supported options reach the addon, obsolete options change nothing, and the store
// refuses by name the options that it can't honour.

const assert = require('node:assert/strict')
const { readFileSync } = require('node:fs')
const { test } = require('node:test')
const path = require('node:path')
const { OPTIONS, optionOf } = require('../../lib/settings/driver-options.js')
const { folderOf } = require('../helpers/drivers.js')
const { settingsOf } = require('../helpers/settings.js')
const { makeCertificates } = require('../helpers/tls.js')
const { warningsOf } = require('../helpers/warnings.js')

const certificates = makeCertificates()
test.after(() => certificates.remove())
const pem = (file) => readFileSync(file, 'utf8')

/** Options that have an effect only together with others. */
const TLS = { tls: true, tlsCAFile: certificates.otherCa }
const WITH = {
  authMechanism: { auth: { user: 'ann', password: 'x' } },
  authSource: { auth: { user: 'ann', password: 'x' } },
  authdb: { auth: { user: 'ann', password: 'x' } },
  authMechanismProperties: { auth: { user: 'ann', password: 'x' }, authMechanism: 'PLAIN' },
  gssapiServiceName: { auth: { user: 'ann', password: 'x' }, authMechanism: 'PLAIN' },
  pass: { user: 'ann' },
  password: { user: 'ann' },
  readPreferenceTags: { readPreference: 'nearest' },
  read_preference_tags: { readPreference: 'nearest' },
  maxStalenessSeconds: { readPreference: 'nearest' },
  zlibCompressionLevel: { compressors: ['zlib'] },
  tlsCertificateFile: { ...TLS, key: pem(certificates.clientKey) },
  key: { ...TLS, cert: pem(certificates.clientCertificate) },
  sslKey: { ...TLS, sslCert: pem(certificates.clientCertificate) },
  tlsCertificateKeyFilePassword: { ...TLS, tlsCertificateKeyFile: certificates.oldEncrypted, passphrase: undefined },
}
/** A value for each supported option that differs from its default. */
const VALUES = {
  appName: 'shop',
  appname: 'shop',
  auth: { username: 'ann', password: 'x' },
  user: 'ann',
  pass: 'x',
  password: 'x',
  authMechanism: 'SCRAM-SHA-256',
  authMechanismProperties: { SERVICE_NAME: 'x' },
  authSource: 'users',
  authdb: 'users',
  gssapiServiceName: 'x',
  dbName: 'shop',
  directConnection: true,
  loadBalanced: true,
  replicaSet: 'rs0',
  rs_name: 'rs0',
  replicaSetName: 'rs0',
  srvMaxHosts: 2,
  srvServiceName: 'other',
  serverApi: { version: '1', strict: true, deprecationErrors: true },
  readConcern: { level: 'majority' },
  readConcernLevel: 'majority',
  readPreference: 'nearest',
  read_preference: 'nearest',
  readPreferenceTags: [{ dc: 'a' }],
  read_preference_tags: [{ dc: 'a' }],
  maxStalenessSeconds: 120,
  slaveOk: true,
  slave_ok: true,
  readSecondary: true,
  read_secondary: true,
  writeConcern: { w: 2 },
  w: 2,
  j: true,
  journal: true,
  fsync: true,
  wtimeout: 5,
  wtimeoutMS: 5,
  safe: true,
  retryReads: false,
  retryWrites: false,
  enableOverloadRetargeting: true,
  maxAdaptiveRetries: 3,
  maxPoolSize: 3,
  poolSize: 3,
  minPoolSize: 1,
  minSize: 1,
  maxConnecting: 3,
  maxIdleTimeMS: 5,
  connectTimeoutMS: 5,
  socketTimeoutMS: 5,
  serverSelectionTimeoutMS: 5,
  timeoutMS: 5,
  heartbeatFrequencyMS: 5000,
  haInterval: 5000,
  localThresholdMS: 5,
  secondaryAcceptableLatencyMS: 5,
  acceptableLatencyMS: 5,
  serverMonitoringMode: 'poll',
  compressors: ['zstd'],
  compression: { compressors: ['zlib'], zlibCompressionLevel: 3 },
  zlibCompressionLevel: 3,
  tls: true,
  ssl: true,
  tlsInsecure: true,
  tlsAllowInvalidCertificates: true,
  rejectUnauthorized: false,
  sslValidate: false,
  tlsCAFile: certificates.ca,
  ca: pem(certificates.ca),
  sslCA: pem(certificates.ca),
  tlsCertificateKeyFile: certificates.client,
  tlsCertificateFile: certificates.clientCertificate,
  cert: pem(certificates.client),
  key: pem(certificates.clientKey),
  sslCert: pem(certificates.client),
  sslKey: pem(certificates.clientKey),
}

/** The settings with and without the option. */
function effectOf(name, value) {
  const { tlsOnly } = optionOf(name)
  const base = WITH[name] ?? (tlsOnly ? { tls: true } : {})
  const url = name.startsWith('srv') ? 'mongodb+srv://example.com/?tls=false' : 'mongodb://127.0.0.1/'
  return [settingsOf(url, base, 'x'), settingsOf(url, { ...base, [name]: value }, 'x')]
}

for (const [name, [, { to }]] of Object.entries(OPTIONS)) {
  if (!to || ['tlsCertificateKeyFilePassword', 'passphrase', 'sslPass'].includes(name)) continue
  test(`mongoOptions.${name} reaches the connection, inside the groups of old drivers, too`, () => {
    const [without, having] = effectOf(name, VALUES[name])
    assert.notDeepEqual(having, without)
    if (WITH[name]) return
    for (const group of ['server', 'replSet', 'mongos', 'db']) {
      const { tlsOnly } = optionOf(name)
      const url = name.startsWith('srv') ? 'mongodb+srv://example.com/?tls=false' : 'mongodb://127.0.0.1/'
      const inside = settingsOf(
        url,
        { ...(tlsOnly ? { tls: true } : {}), [group]: { socketOptions: { [name]: VALUES[name] } } },
        'x',
      )
      assert.deepEqual(inside, having)
    }
  })

  if (
    typeof VALUES[name] === 'object' ||
    name.startsWith('tls') ||
    ['ca', 'cert', 'key', 'sslCA', 'sslCert', 'sslKey'].includes(name)
  )
    continue
  test(`${name} in the connection string reaches the connection, in any case of letters`, () => {
    const base = name.startsWith('srv') ? 'mongodb+srv://example.com/' : 'mongodb://127.0.0.1/'
    const beside = {
      ...WITH[name],
      ...(optionOf(name).tlsOnly ? { tls: true } : {}),
      ...(name.startsWith('srv') ? { tls: false } : {}),
    }
    const inString = settingsOf(`${base}?${name.toUpperCase()}=${VALUES[name]}`, beside, 'x')
    assert.deepEqual(inString, settingsOf(base, { ...beside, [name]: VALUES[name] }, 'x'))
  })
}

test('the password of a key reaches the connection by each of its names', () => {
  for (const name of ['tlsCertificateKeyFilePassword', 'passphrase', 'sslPass']) {
    const options = { ...TLS, tlsCertificateKeyFile: certificates.encrypted }
    assert.throws(() => settingsOf('mongodb://127.0.0.1/', options), /Set tlsCertificateKeyFilePassword/)
    assert.equal(settingsOf('mongodb://127.0.0.1/', { ...options, [name]: certificates.password }).hasKeyPassword, true)
  }
})

test('an obsolete option changes nothing, wherever it stands', () => {
  const without = settingsOf('mongodb://127.0.0.1/')
  for (const [name, [, { gone }]] of Object.entries(OPTIONS)) {
    if (!gone) continue
    for (const value of [true, 'x', {}, () => {}]) {
      assert.deepEqual(settingsOf('mongodb://127.0.0.1/', { [name]: value }), without)
      assert.deepEqual(settingsOf('mongodb://127.0.0.1/', { server: { [name]: value } }), without)
    }
    assert.deepEqual(settingsOf(`mongodb://127.0.0.1/?${name}=true`), without)
  }
})

for (const [name, [, { refused, remedy, takes }]] of Object.entries(OPTIONS)) {
  if (!refused) continue
  test(`mongoOptions.${name} is refused by its name, with the reason and what to do, and without its value`, () => {
    const secret = 'hunter2'
    for (const value of [secret, { secret }, () => secret]) {
      for (const place of [{ [name]: value }, { server: { [name]: value } }]) {
        assert.throws(
          () => settingsOf('mongodb://127.0.0.1/', { ...TLS, ...place }),
          (error) => {
            assert.equal(error.constructor, TypeError)
            assert.match(
              error.message,
              new RegExp(`^mongoOptions(\\.server)?\\.${name} is not supported by connect-mongo-native: .{10}`),
            )
            assert.ok(error.message.endsWith(`${refused}; ${remedy}`))
            assert.doesNotMatch(error.message, /hunter2/)
            return true
          },
        )
      }
    }
    const inString = `The option ${name} of the connection string is not supported`
    assert.throws(
      () => settingsOf(`mongodb://127.0.0.1/?tls=true&tlsCAFile=x&${name}=hunter2`),
      ({ message }) => message.startsWith(inString),
    )
    if (takes) {
      const asked = [true, false, 'auto', 'TLS_method'].filter(takes[1])
      assert.equal(asked.length, 1)
      assert.deepEqual(
        settingsOf('mongodb://127.0.0.1/', { ...TLS, [name]: asked[0] }),
        settingsOf('mongodb://127.0.0.1/', TLS),
      )
    }
    if (optionOf(name).tlsOnly)
      assert.deepEqual(settingsOf('mongodb://127.0.0.1/', { [name]: secret }), settingsOf('mongodb://127.0.0.1/'))
  })
}

test('a checkServerIdentity of the application is never left out silently', () => {
  for (const value of [() => undefined, false, 'false']) {
    assert.throws(
      () => settingsOf('mongodb://127.0.0.1/', { ...TLS, checkServerIdentity: value }),
      /checkServerIdentity is not supported/,
    )
    // As in Node: if the certificate is not checked, neither is its name.
    for (const unchecked of [{ tlsInsecure: true }, { sslValidate: false }, { rejectUnauthorized: false }]) {
      const settings = settingsOf('mongodb://127.0.0.1/', { ...TLS, ...unchecked })
      assert.deepEqual(
        settingsOf('mongodb://127.0.0.1/', { ...TLS, ...unchecked, checkServerIdentity: value }),
        settings,
      )
    }
  }
})

test('authentication mechanisms that the addon lacks are refused, and the error says where they were given', () => {
  for (const mechanism of ['GSSAPI', 'MONGODB-AWS', 'MONGODB-OIDC', 'MONGODB-CR', 'nonsense']) {
    const message = /authMechanism.* is not supported by connect-mongo-native: the mechanism must be one of SCRAM-SHA-1/
    assert.throws(() => settingsOf(`mongodb://a:b@127.0.0.1/?authMechanism=${mechanism}`), {
      name: 'TypeError',
      message,
    })
    assert.throws(() => settingsOf('mongodb://a:b@127.0.0.1/', { authMechanism: mechanism }), {
      name: 'TypeError',
      message,
    })
    assert.throws(() => settingsOf('mongodb://127.0.0.1/', { auth: { user: 'a', authMechanism: mechanism } }), {
      name: 'TypeError',
    })
  }
  assert.throws(
    () => settingsOf('mongodb://a@127.0.0.1/', { authMechanismProperties: { OIDC_CALLBACK: () => {} } }),
    /OIDC_CALLBACK/,
  )
})

test('an unknown parameter of a connection string causes a warning, and one that seems to be about security is refused', async () => {
  const warnings = await warningsOf((input) => {
    const { withOptions } = require('./lib/settings/connection-string.js')
    console.log(withOptions(input))
    withOptions(input)
  }, 'mongodb://ann:hunter2@127.0.0.1/?colour=hunter2&tlsCAFile=/x')
  assert.deepEqual(warnings.lines, ['mongodb://ann:hunter2@127.0.0.1/'])
  assert.deepEqual(warnings.messages, [
    'The option colour of the connection string is unknown and has no effect',
    'The option tlsCAFile has no effect without tls=true',
  ])
  for (const name of ['tlsCaFiles', 'sslVerify', 'authMech']) {
    assert.throws(
      () => settingsOf(`mongodb://127.0.0.1/?${name}=hunter2`),
      ({ message }) => message.includes(name) && !message.includes('hunter2'),
    )
  }
})

test('the older names of an option give way to its own', () => {
  const { maxPoolSize, w, journal, tls } = settingsOf('mongodb://127.0.0.1/?wtimeout=1&j=false&journal=true', {
    poolSize: 3,
    maxPoolSize: 4,
    safe: true,
    w: 2,
    ssl: false,
    tls: false,
  })
  assert.deepEqual({ maxPoolSize, w, journal, tls }, { maxPoolSize: 4, w: '2', journal: true, tls: false })
})

test('options that ask for TLS and for no TLS are refused', () => {
  for (const [url, options] of [
    ['mongodb://127.0.0.1/?tls=true&ssl=false', {}],
    ['mongodb://127.0.0.1/?tls=true', { ssl: false }],
    ['mongodb://127.0.0.1/', { ssl: true, tls: false }],
  ])
    assert.throws(() => settingsOf(url, options), /repeated options|TLS/)
})

/** The names inside the brackets that follow `start` in a file. */
function namesIn(file, start) {
  const source = readFileSync(file, 'utf8')
  const lists = [...source.matchAll(new RegExp(`${start}\\s*=\\s*\\[([^\\]]*)\\]`, 'g'))].map(([, list]) =>
    [...list.matchAll(/'(\w+)'/g)].map(([, name]) => name),
  )
  assert.ok(lists.length > 0, `${file} has no list ${start}`)
  return lists.flat()
}

test('no option of the drivers 2.2, 3.7, 6 and 7 is missing', () => {
  const names = [6, 7].flatMap((version) =>
    Object.keys(require(path.join(folderOf(version), 'lib/connection_string.js')).OPTIONS),
  )
  names.push(
    ...namesIn(
      path.join(folderOf(3), 'lib/operations/connect.js'),
      '(?:validOptionNames|legacyOptionNames|ignoreOptionNames)',
    ),
  )
  for (const file of ['server', 'replset', 'mongos']) {
    names.push(...namesIn(path.join(folderOf(3), `lib/topologies/${file}.js`), 'legalOptionNames'))
    names.push(...namesIn(path.join(folderOf(2), `lib/${file}.js`), 'legalOptionNames'))
  }
  names.push(...namesIn(path.join(folderOf(2), 'lib/db.js'), 'legalOptionNames'))
  names.push(...namesIn(path.join(folderOf(2), 'lib/mongo_client.js'), '(?:validOptionNames|legacyOptionNames)'))
  assert.ok(names.length > 300)
  assert.deepEqual(
    names.filter((name) => !optionOf(name)),
    [],
  )
})

test('the table in docs/options.md is made from the data that the code acts by', async () => {
  const { optionsPage } = await import('../../scripts/options-table.mjs')
  const { now, wanted } = optionsPage()
  assert.equal(now, wanted, 'node scripts/options-table.mjs brings it up to date')
})
