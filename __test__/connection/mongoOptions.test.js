'use strict'

// Driver options that applications already use, in mongoOptions or in the connection string. Some reach the connection,
// some have no effect here, and some are refused.

const assert = require('node:assert/strict')
const { randomBytes } = require('node:crypto')
const { test } = require('node:test')
const { OPTIONS } = require('../../lib/settings/driver-options.js')
const { connectionsOf } = require('../helpers/connections.js')
const { aSession, eachStyle, fails, make, useStores } = require('../helpers/stores.js')

const server = useStores()
/** Nobody listens there. */
const NOWHERE = 'mongodb://127.0.0.1:1/app?serverSelectionTimeoutMS=1&connectTimeoutMS=100'
/** The error of a standalone server for a write that two servers must confirm. */
const ALONE = { name: 'MongoServerError', code: 2 }

/** Options that a store accepts, whether or not they have an effect here. */
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
/** Options that are only possible as objects. */
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

/** Adds one parameter to a connection string. */
const withParameter = (url, parameter) => `${url}${url.includes('?') ? '&' : '?'}${parameter}`

eachStyle(({ style, missing }) => {
  test('mongoOptions reach the connection', async (t) => {
    const appName = `test ${randomBytes(4).toString('hex')}`
    const { store } = server.open(t, { mongoOptions: { appName } }, style)
    await store.get('s')
    assert.ok((await connectionsOf(server.client(), appName)) > 0)
  })

  test('a write concern in mongoOptions holds for every write', async (t) => {
    for (const mongoOptions of [{ w: 2 }, { writeConcern: { w: 2 } }, { writeConcern: { w: 2, wtimeout: 5 } }]) {
      const { store } = server.open(t, { mongoOptions }, style)
      await fails(store, 'set', ['s', aSession()], ALONE)
      assert.equal(await store.get('s'), missing)
    }
  })

  test('a connection string or mongoOptions that ask for compression are honoured as far as the server goes along', async (t) => {
    const { mongoUrl } = server.place()
    const url = withParameter(mongoUrl, 'compressors=zstd,zlib,snappy')
    for (const options of [
      { [style.ofUrl]: url },
      { mongoOptions: { compressors: ['zlib'] } },
      { mongoOptions: { compressors: 'none' } },
    ]) {
      const { store } = server.open(t, options, style)
      await store.set('s', { a: 1 })
      assert.deepEqual(await store.get('s'), { a: 1 })
    }
  })

  test('an option in mongoOptions wins over the same one in the connection string, whatever its case', async (t) => {
    const { mongoUrl } = server.place()
    for (const parameter of ['w=2', 'W=2']) {
      const url = withParameter(mongoUrl, parameter)
      const strict = server.open(t, { [style.ofUrl]: url }, style)
      await fails(strict.store, 'set', ['s', aSession()], ALONE)
      const { store } = server.open(t, { [style.ofUrl]: url, mongoOptions: { w: 1 } }, style)
      await store.set('s', aSession())
    }
  })

  test('mongoOptions that older drivers needed are accepted, and have no effect', async (t) => {
    const mongoOptions = {
      useNewUrlParser: true,
      useUnifiedTopology: true,
      useCreateIndex: true,
      autoReconnect: true,
      reconnectTries: 5,
      promiseLibrary: Promise,
      poolSize: 3,
      keepAlive: true,
      loggerLevel: 'error',
      ssl: false,
      family: 4,
    }
    const { store } = server.open(t, { mongoOptions }, style)
    await store.set('s', { a: 1 })
    assert.deepEqual(await store.get('s'), { a: 1 })
  })

  test('mongoOptions of many kinds reach the driver', async (t) => {
    const mongoOptions = {
      readPreference: 'secondaryPreferred',
      readConcern: { level: 'local' },
      retryWrites: false,
      retryReads: true,
      maxPoolSize: 2,
      connectTimeoutMS: 50_000,
      serverSelectionTimeoutMS: 50_000,
      directConnection: true,
      appName: undefined,
      compressors: [undefined, null],
    }
    const { store } = server.open(t, { mongoOptions }, style)
    await store.set('s', { a: 1 })
    assert.deepEqual(await store.get('s'), { a: 1 })
    const tagged = { readPreference: { mode: 'nearest', tags: [{ dc: 'a' }, {}], maxStalenessSeconds: 120 } }
    assert.equal(await server.open(t, { mongoOptions: tagged }, style).store.length(), 0)
  })

  test('mongoOptions are left as they are', async (t) => {
    const mongoOptions = Object.freeze({ appName: 'x', writeConcern: Object.freeze({ w: 1 }) })
    const { store } = server.open(t, { mongoOptions }, style)
    await store.set('s', aSession())
    assert.equal(store.options.mongoOptions, mongoOptions)
    assert.deepEqual(mongoOptions, { appName: 'x', writeConcern: { w: 1 } })
  })

  test('mongoOptions may have the credentials, which no error quotes', async (t) => {
    for (const auth of [
      { username: 'no:body@', password: 'hunter2/?' },
      { user: 'nobody', password: 'hunter2/?' },
    ]) {
      const { store } = server.open(t, { mongoOptions: { auth, authSource: 'admin' } }, style)
      const error = await fails(store, 'get', ['s'], { code: 18, codeName: 'AuthenticationFailed' })
      assert.doesNotMatch(`${error.stack}${JSON.stringify(error)}`, /hunter2/)
    }
  })

  test('advancedOptions are mongoOptions by another name', async (t) => {
    const appName = `test ${randomBytes(4).toString('hex')}`
    const { store } = server.open(t, { advancedOptions: { appName } }, style)
    await store.get('s')
    assert.ok((await connectionsOf(server.client(), appName)) > 0)
    const other = server.open(t, { advancedOptions: { w: 2 }, mongoOptions: { w: 1 } }, style)
    await other.store.set('s', aSession())
  })

  test('mongoOptions say how long to look for a server that is not there', async (t) => {
    const { store } = server.open(
      t,
      { [style.ofUrl]: 'mongodb://127.0.0.1:1/', mongoOptions: { serverSelectionTimeoutMS: 50 } },
      style,
    )
    await fails(store, 'get', ['s'], { name: 'MongoServerSelectionError' })
  })

  test('an option in mongoOptions that cannot be honoured is refused by its name', (t) => {
    const refused = { noSuchOption: 1, autoEncryption: {}, auth: { password: 'hunter2' } }
    for (const [name, value] of Object.entries(refused)) {
      assert.throws(
        () => server.open(t, { mongoOptions: { [name]: value } }, style),
        ({ constructor, message }) => {
          assert.equal(constructor, TypeError)
          assert.match(message, new RegExp(`mongoOptions\\.${name}`))
          assert.doesNotMatch(message, /hunter2/)
          return true
        },
      )
    }
  })

  test('a value that is no text, number or object of its kind is refused by the name of its option, whichever it is', async () => {
    const bare = Object.create(null)
    const values = [
      bare,
      { a: bare },
      [bare],
      Symbol('s'),
      { a: Symbol('s') },
      [Symbol('s')],
      () => 5,
      Promise.resolve(5),
    ]
    const options = Object.keys(OPTIONS).map((name) => (value) => ({ [name]: value }))
    const parts = {
      auth: ['password', 'user', 'authSource', 'authMechanism'],
      authMechanismProperties: ['SERVICE_HOST'],
      compression: ['compressors', 'zlibCompressionLevel'],
      readConcern: ['level'],
      readPreference: ['mode', 'maxStalenessSeconds'],
      serverApi: ['version', 'strict'],
      writeConcern: ['w', 'wtimeoutMS'],
    }
    for (const [name, members] of Object.entries(parts))
      for (const member of members)
        options.push((value) => ({ [name]: { mode: 'nearest', user: 'me', version: '1', w: 1, [member]: value } }))
    for (const optionsOf of options) {
      for (const value of values) {
        const mongoOptions = optionsOf(value)
        const [name] = Object.keys(mongoOptions)
        try {
          await make(style, { [style.ofUrl]: NOWHERE, mongoOptions }).close()
        } catch ({ message }) {
          assert.match(message, new RegExp(name, 'i'))
          assert.doesNotMatch(message, /Cannot convert|is not a|Cannot read|undefined/)
        }
      }
    }
  })

  async function works(t, mongoUrl, mongoOptions) {
    const store = make(style, { [style.ofUrl]: mongoUrl, mongoOptions })
    t.after(() => store.close())
    await store.set('sid', { cookie: {}, user: 'Ada' })
    assert.equal((await store.get('sid')).user, 'Ada')
  }

  for (const [option, value] of Object.entries({ ...HARMLESS, ...HARMLESS_OBJECTS })) {
    test(`works with mongoOptions.${option}`, (t) => works(t, server.place().mongoUrl, { [option]: value }))
  }

  for (const [option, value] of Object.entries(HARMLESS)) {
    test(`works with ${option} in the connection string`, (t) =>
      works(t, withParameter(server.place().mongoUrl, `${option}=${value}`)))
  }
})
