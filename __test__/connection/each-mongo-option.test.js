'use strict'

// Options of the driver that applications already have, in mongoOptions or in the connection string.

const assert = require('node:assert/strict')
const { describe, it } = require('node:test')
const { STYLES } = require('../helpers/styles.js')
const { useServer } = require('../helpers/use-server.js')

const server = useServer()

/** What a store works with, whether or not the option has an effect here. */
const HARMLESS = {
  appName: 'test',
  connectTimeoutMS: 30_000,
  serverSelectionTimeoutMS: 30_000,
  socketTimeoutMS: 45_000,
  heartbeatFrequencyMS: 10_000,
  maxPoolSize: 5,
  minPoolSize: 1,
  maxIdleTimeMS: 60_000,
  waitQueueTimeoutMS: 10_000,
  retryReads: true,
  retryWrites: true,
  readPreference: 'primaryPreferred',
  readConcernLevel: 'local',
  w: 1,
  journal: true,
  wtimeoutMS: 1000,
  directConnection: true,
  compressors: 'zlib',
  zlibCompressionLevel: 6,
  tls: false,
  maxConnecting: 2,
  localThresholdMS: 15,
  serverMonitoringMode: 'auto',
}
/** As objects only. */
const HARMLESS_OBJECTS = {
  writeConcern: { w: 1, j: true },
  readConcern: { level: 'local' },
  useNewUrlParser: true,
  useUnifiedTopology: true,
  useCreateIndex: true,
  useFindAndModify: false,
  poolSize: 5,
  keepAlive: true,
  family: 4,
  autoIndex: false,
  ignoreUndefined: true,
  monitorCommands: true,
  noDelay: true,
  compressors: ['zlib'],
  driverInfo: { name: 'app' },
  enableUtf8Validation: true,
  checkKeys: true,
  autoSelectFamily: true,
  ssl: false,
}

for (const { name, Store, ofUrl } of STYLES) {
  describe(name, () => {
    async function works(t, url, mongoOptions) {
      const store = new Store({ [ofUrl]: url, mongoOptions })
      t.after(() => store.close())
      await store.set('sid', { cookie: {}, user: 'Ada' })
      assert.equal((await store.get('sid')).user, 'Ada')
    }

    for (const [option, value] of Object.entries({ ...HARMLESS, ...HARMLESS_OBJECTS })) {
      it(`works with mongoOptions.${option}`, (t) => works(t, server.url(server.freshDb()), { [option]: value }))
    }

    for (const [option, value] of Object.entries(HARMLESS)) {
      it(`works with ${option} in the connection string`, (t) =>
        works(t, `${server.url(server.freshDb())}?${option}=${value}`))
    }

    it('refuses an option that it does not know, by its name', () => {
      assert.throws(
        () => new Store({ [ofUrl]: 'mongodb://127.0.0.1', mongoOptions: { noSuchOption: 1 } }),
        /noSuchOption/,
      )
    })
  })
}
