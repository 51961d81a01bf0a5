'use strict'

// The addon ends up with the same settings as the npm drivers for the same connection string and options. Drivers 6 and
// 7 check all of them, and driver 3.7 checks the old spellings.

const assert = require('node:assert/strict')
const { describe, test } = require('node:test')
const { DRIVERS } = require('../helpers/drivers.js')
const { oursOf, settingsOf, tagsOf, theirsOf } = require('../helpers/settings.js')

/** Connection strings, with options in some cases, that drivers 6 and 7 can read. */
const CASES = [
  // Hosts and databases
  ['mongodb://localhost'],
  ['mongodb://localhost/'],
  ['mongodb://LocalHost:27018/shop'],
  ['mongodb://a.example,b.example:2,c.example:3/shop'],
  ['mongodb://[::1]/shop'],
  ['mongodb://[::1]:5,127.0.0.1:6/'],
  ['mongodb://%2Ftmp%2Fmongodb-27017.sock/shop'],
  ['mongodb://%2Ftmp%2Fmongodb-27017.sock'],
  ['mongodb://localhost/a-b'],
  ['mongodb://localhost/caf%C3%A9'],
  ['mongodb://localhost/shop', { dbName: 'other' }],
  ['mongodb+srv://cluster.example.com/shop'],
  ['mongodb+srv://ann:pw@cluster.example.com/'],
  ['mongodb+srv://cluster.example.com/?tls=false'],
  ['mongodb+srv://cluster.example.com/?srvMaxHosts=2&srvServiceName=custom'],
  ['mongodb+srv://cluster.example.com/', { srvMaxHosts: 3, ssl: false }],
  ['mongodb+srv://cluster.example.com/?authSource=users&replicaSet=rs0', { auth: { username: 'ann', password: 'pw' } }],
  // Users
  ['mongodb://ann:pw@localhost'],
  ['mongodb://ann:pw@localhost/shop'],
  ['mongodb://ann:pw@localhost/shop?authSource=admin'],
  ['mongodb://a%40n%3An:p%2Fw%25%3F%23%5B%5D@localhost/'],
  ['mongodb://%C3%B6:%F0%9F%94%91@localhost/'],
  ['mongodb://ann@localhost/?authMechanism=SCRAM-SHA-1'],
  ['mongodb://ann:pw@localhost/?authMechanism=SCRAM-SHA-256'],
  ['mongodb://ann:pw@localhost/?authMechanism=DEFAULT'],
  ['mongodb://ann:pw@localhost/?authMechanism=scram-sha-256'],
  ['mongodb://localhost/?authMechanism=MONGODB-X509&tls=true&tlsCertificateKeyFile=/absent.pem'],
  ['mongodb://localhost/shop?authMechanism=MONGODB-X509&authSource=$external'],
  ['mongodb://ann:pw@localhost/?authMechanism=PLAIN'],
  ['mongodb://ann:pw@localhost/shop?authMechanism=PLAIN'],
  ['mongodb://ann:pw@localhost/?authMechanism=PLAIN&authSource=ldap'],
  ['mongodb://localhost/shop', { auth: { username: 'a@b', password: 'p:w' } }],
  ['mongodb://ann:pw@localhost/shop', { auth: { username: 'bob', password: 'other' }, authSource: 'users' }],
  ['mongodb://ann:pw@localhost/', { authMechanism: 'SCRAM-SHA-1', dbName: 'shop' }],
  ['mongodb://localhost/?authSource=admin'],
  ['mongodb://ann:pw@localhost/?authMechanism=PLAIN&authMechanismProperties=SERVICE_NAME:other'],
  [
    'mongodb://ann:pw@localhost/?authMechanism=PLAIN',
    { authMechanismProperties: { SERVICE_NAME: 'other', SERVICE_REALM: 'realm' } },
  ],
  // TLS
  ['mongodb://localhost/?tls=true'],
  ['mongodb://localhost/?ssl=true'],
  ['mongodb://localhost/?tls=true&ssl=true'],
  ['mongodb://localhost/', { tls: true }],
  ['mongodb://localhost/', { ssl: true }],
  ['mongodb://localhost/?tls=false'],
  ['mongodb://localhost/?tls=true&tlsCAFile=/absent/ca.pem'],
  ['mongodb://localhost/?tlsCAFile=/absent/ca.pem', { tls: true }],
  ['mongodb://localhost/?tlsCAFile=/absent/ca.pem'],
  ['mongodb://localhost/?tls=true&tlsInsecure=true'],
  ['mongodb://localhost/?tls=true&tlsAllowInvalidCertificates=true'],
  ['mongodb://localhost/?tls=true&tlsAllowInvalidCertificates=false'],
  ['mongodb://localhost/', { tls: true, rejectUnauthorized: false }],
  ['mongodb://localhost/', { tls: true, rejectUnauthorized: true }],
  ['mongodb://localhost/?tls=true&tlsAllowInvalidCertificates=true', { rejectUnauthorized: true }],
  ['mongodb://localhost/?tls=true&tlsCertificateKeyFile=%2Fabsent%2Fa%20b.pem'],
  ['mongodb://localhost/', { tls: true, tlsCAFile: '/absent/a&b=c.pem', tlsCertificateKeyFile: '/absent/k.pem' }],
  // Concerns and preferences
  ['mongodb://localhost/?w=2'],
  ['mongodb://localhost/?w=majority&journal=true&wtimeoutMS=500'],
  ['mongodb://localhost/?w=1&j=true&wtimeout=500'],
  ['mongodb://localhost/?w=dc'],
  ['mongodb://localhost/', { w: 3 }],
  ['mongodb://localhost/?w=2', { w: 'majority', wtimeoutMS: 7 }],
  ['mongodb://localhost/', { writeConcern: { w: 'majority', j: true, wtimeout: 9 } }],
  ['mongodb://localhost/?journal=false'],
  ['mongodb://localhost/', { writeConcern: 'majority' }],
  ['mongodb://localhost/?readConcernLevel=majority'],
  ['mongodb://localhost/', { readConcern: { level: 'local' } }],
  ['mongodb://localhost/', { readConcernLevel: 'available' }],
  ['mongodb://localhost/?readPreference=secondaryPreferred'],
  [
    'mongodb://localhost/?readPreference=nearest&readPreferenceTags=dc:ny,rack:1&readPreferenceTags=dc:sf&readPreferenceTags=',
  ],
  ['mongodb://localhost/?readPreference=secondary&maxStalenessSeconds=120'],
  ['mongodb://localhost/', { readPreference: 'primaryPreferred' }],
  ['mongodb://localhost/', { readPreference: { mode: 'nearest', tags: [{ dc: 'ny' }, {}], maxStalenessSeconds: 90 } }],
  [
    'mongodb://localhost/',
    { readPreference: new DRIVERS[6].ReadPreference('secondary', [{ dc: 'ny' }], { maxStalenessSeconds: 100 }) },
    [6],
  ],
  ['mongodb://localhost/?readPreference=secondary', { readPreferenceTags: [{ dc: 'sf' }, { dc: 'ny', rack: '2' }] }],
  ['mongodb://localhost/?retryWrites=false&retryReads=false'],
  ['mongodb://localhost/', { retryWrites: false }],
  // Topology
  ['mongodb://a.example,b.example/?replicaSet=rs0'],
  ['mongodb://localhost/', { replicaSet: 'my set' }],
  ['mongodb://localhost/?directConnection=true'],
  ['mongodb://a.example,b.example/?directConnection=false'],
  ['mongodb://localhost/?loadBalanced=true'],
  ['mongodb://localhost/?serverMonitoringMode=poll'],
  ['mongodb://localhost/', { serverApi: '1' }],
  ['mongodb://localhost/', { serverApi: { version: '1', strict: true, deprecationErrors: false } }],
  // Pools, times and the rest
  ['mongodb://localhost/?maxPoolSize=7&minPoolSize=2&maxConnecting=4&maxIdleTimeMS=9000'],
  ['mongodb://localhost/', { maxPoolSize: 9, minPoolSize: 1, maxIdleTimeMS: 5 }],
  [
    'mongodb://localhost/?connectTimeoutMS=1&serverSelectionTimeoutMS=2&socketTimeoutMS=3&heartbeatFrequencyMS=5000&localThresholdMS=6',
  ],
  [
    'mongodb://localhost/',
    {
      connectTimeoutMS: 1,
      serverSelectionTimeoutMS: 2,
      socketTimeoutMS: 3,
      heartbeatFrequencyMS: 5000,
      localThresholdMS: 6,
    },
  ],
  ['mongodb://localhost/?connectTimeoutMS=0'],
  ['mongodb://localhost/?maxPoolSize=7.9', { minPoolSize: '3' }],
  ['mongodb://localhost/?CONNECTTIMEOUTMS=4&ReplicaSet=rs0'],
  ['mongodb://localhost/?compressors=zstd,zlib&zlibCompressionLevel=4'],
  ['mongodb://localhost/?compressors=snappy'],
  ['mongodb://localhost/', { compressors: ['zlib', 'snappy'] }],
  ['mongodb://localhost/?compressors=none'],
  ['mongodb://localhost/?appName=my%20shop+2'],
  ['mongodb://localhost/', { appName: 'a&b=c' }],
  ['mongodb://localhost/?appName=%C3%A9'],
  ['mongodb://localhost/?waitQueueTimeoutMS=5'],
  ['mongodb://localhost/?connectTimeoutMS=5', { connectTimeoutMS: 6, appName: null, replicaSet: undefined }],
]

for (const version of [6, 7]) {
  const { MongoClient } = DRIVERS[version]
  describe(`as the driver ${version} reads it`, () => {
    for (const [url, options, versions] of CASES) {
      if (versions && !versions.includes(version)) continue
      test(`${url} ${options ? JSON.stringify(options) : ''}`, () => {
        const its = new MongoClient(url, options).options
        const theirs = theirsOf(its)
        assert.deepEqual(oursOf(url, options, { password: its.credentials?.password }), theirs)
      })
    }
  })
}

/** Spellings of drivers up to 3.x. */
const CASES_OF_OLD = [
  ['mongodb://ann:p%40w@127.0.0.1:1/shop?ssl=false&w=1&j=true&wtimeoutMS=5'],
  ['mongodb://127.0.0.1:1/shop?w=majority&journal=true&wtimeout=6'],
  [
    'mongodb://127.0.0.1:1,127.0.0.1:2/shop?replicaSet=rs0&readPreference=secondary&readPreferenceTags=dc:ny,rack:1&readPreferenceTags=dc:sf',
  ],
  ['mongodb://127.0.0.1:1/shop?readConcernLevel=majority&appname=shop&maxStalenessSeconds=100&readPreference=nearest'],
  ['mongodb://ann:pw@127.0.0.1:1/shop?authSource=users&authMechanism=SCRAM-SHA-1'],
  ['mongodb://ann:pw@127.0.0.1:1/shop?authMechanism=PLAIN'],
  ['mongodb://127.0.0.1:1/shop?auto_reconnect=true&poolSize=5&connectTimeoutMS=7'],
  ['mongodb://127.0.0.1:1/shop?compressors=zlib&zlibCompressionLevel=3'],
  [
    'mongodb://127.0.0.1:1/shop',
    { poolSize: 5, autoReconnect: true, reconnectTries: 3, keepAlive: true, w: 2, wtimeout: 5, j: true },
  ],
  ['mongodb://127.0.0.1:1/shop', { auth: { user: 'ann', password: 'p:w' }, authSource: 'users', appname: 'shop' }],
  ['mongodb://127.0.0.1:1/shop', { user: 'ann', password: 'p:w' }],
  [
    'mongodb://127.0.0.1:1/shop',
    { server: { poolSize: 6, connectTimeoutMS: 9 }, db: { w: 2 }, replset: { poolSize: 6 } },
  ],
  [
    'mongodb://127.0.0.1:1/shop',
    {
      writeConcern: { w: 'majority', wtimeout: 8 },
      readConcern: { level: 'majority' },
      readPreference: 'secondaryPreferred',
    },
  ],
  ['mongodb://127.0.0.1:1/shop', { ssl: true, sslValidate: false }],
  ['mongodb://127.0.0.1:1/shop', { ssl: true, sslValidate: true, retryWrites: false }],
]

/** The options that a client of driver 3.7 connects with, read after its connection has failed. */
async function optionsOf3(url, options) {
  const client = new DRIVERS[3].MongoClient(url, { useUnifiedTopology: true, ...options, serverSelectionTimeoutMS: 1 })
  await client.connect().catch(() => {})
  await client.close()
  return client.s.options
}

describe('as the driver 3.7 reads it', () => {
  for (const [url, options] of CASES_OF_OLD) {
    test(`${url} ${options ? JSON.stringify(options) : ''}`, async () => {
      const its = await optionsOf3(url, options)
      const { username, user = username, password } = its.auth ?? {}
      const { connectTimeoutMS, ...ours } = settingsOf(url, options, password)
      const concern = its.writeConcern ?? its
      const preference = typeof its.readPreference === 'string' ? { mode: its.readPreference } : its.readPreference
      assert.deepEqual(
        {
          hosts: ours.hosts,
          database: ours.database,
          user: ours.user,
          fits: ours.user === undefined || ours.passwordFits,
          source: ours.user && ours.authSource,
          mechanism: ours.authMechanism,
          tls: ours.tls,
          isVerified: !ours.tls || !ours.tlsAllowInvalidCertificates,
          replicaSet: ours.replicaSet,
          w: ours.w,
          journal: ours.journal,
          wtimeout: ours.wTimeoutMS,
          level: ours.readConcernLevel,
          mode: ours.readPreference ?? 'primary',
          tags: ours.readPreferenceTags,
          staleness: ours.maxStalenessSeconds,
          poolSize: ours.maxPoolSize,
          appName: ours.appName,
          compressors: ours.compressors,
          zlib: ours.zlibCompressionLevel,
          connectTimeoutMS: connectTimeoutMS ?? 10_000,
          retryWrites: ours.retryWrites ?? true,
        },
        {
          hosts: its.servers.map(({ host, port }) => `${host}:${port}`),
          database: its.dbName,
          user,
          fits: true,
          source: its.credentials?.source,
          mechanism: its.authMechanism?.toUpperCase(),
          tls: its.ssl ?? its.tls ?? false,
          isVerified: its.sslValidate ?? its.rejectUnauthorized ?? true,
          replicaSet: its.replicaSet,
          w: concern.w === undefined ? undefined : String(concern.w),
          journal: concern.j ?? concern.journal,
          wtimeout: concern.wtimeout,
          level: its.readConcern?.level ?? its.readConcernLevel,
          mode: preference?.mode ?? 'primary',
          tags: tagsOf(preference?.tags),
          staleness: preference?.maxStalenessSeconds,
          poolSize: its.maxPoolSize ?? its.poolSize,
          appName: its.appname ?? its.appName,
          compressors: its.compression?.compressors ?? [],
          zlib: its.compression?.zlibCompressionLevel,
          connectTimeoutMS: its.connectTimeoutMS,
          retryWrites: its.retryWrites,
        },
      )
    })
  }
})
