'use strict'

// Clients that only their own driver supports: the store works through them, says so once, and does not change them.

const assert = require('node:assert/strict')
const dns = require('node:dns')
const { test } = require('node:test')
const tls = require('node:tls')
const { MongoClient } = require('mongodb')
const { runProgram } = require('../../helpers/child.js')
const { eachStyle, make, useStores } = require('../../helpers/stores.js')
const { OPTIONS } = require('../../../lib/settings/driver-options.js')
const { seekTarget } = require('../../../lib/settings/target.js')

const server = useStores()

/** Makes a client of each kind. */
const CLIENTS = {
  'a lookup function': (url) => new MongoClient(url, { lookup: dns.lookup }),
  // Encryption would need another library: this client sets the option, and encrypts nothing.
  'client-side encryption': (url) => {
    const client = new MongoClient(url)
    Object.defineProperty(client, 'options', {
      value: { ...client.options, autoEncryption: { bypassAutoEncryption: true } },
    })
    return client
  },
}

eachStyle(({ style }) => {
  for (const [what, makeClient] of Object.entries(CLIENTS)) {
    test(`a client with ${what} is used itself, and stays open and as it is`, async (t) => {
      const { mongoUrl, dbName, db } = server.place()
      const client = makeClient(mongoUrl)
      t.after(() => client.close())
      await client.connect()
      const before = { options: { ...client.options }, topology: client.topology, listeners: client.eventNames() }
      const store = make(style, { client })
      await store.set('s', { cookie: {}, a: 1 })
      assert.equal((await store.get('s')).a, 1)
      await store.touch('s', await store.get('s'))
      assert.equal(await db.collection('sessions').countDocuments(), 1)
      const indexes = await (await store.collectionP).indexes()
      assert.equal(indexes.find(({ key }) => key.expires)?.expireAfterSeconds, 0)
      assert.equal(store.client, client)
      assert.equal(store.db.databaseName, dbName)
      await store.close()
      await assert.rejects(store.get('s'), { name: 'MongoNotConnectedError' })
      assert.deepEqual(
        { options: { ...client.options }, topology: client.topology, listeners: client.eventNames() },
        before,
      )
      assert.equal(await client.db().collection('sessions').countDocuments(), 1)
    })
  }

  test('a client that the application closes is not opened again', async (t) => {
    const { mongoUrl } = server.place()
    const client = new MongoClient(mongoUrl, { lookup: dns.lookup })
    const store = make(style, { client })
    t.after(() => store.close())
    await store.set('s', { cookie: {} })
    await client.close()
    await assert.rejects(store.get('s'), { name: 'MongoNotConnectedError' })
    assert.equal(client.topology, undefined)
    await client.connect()
    t.after(() => client.close())
    assert.notEqual(await store.get('s'), undefined)
  })

  test('a client that authenticates by a callback is asked for its credentials, which the store could not know', async (t) => {
    const { mongoUrl } = server.place()
    let asked = 0
    const client = new MongoClient(mongoUrl, {
      authMechanism: 'MONGODB-OIDC',
      authMechanismProperties: {
        ALLOWED_HOSTS: ['127.0.0.1'],
        OIDC_CALLBACK: async () => {
          asked += 1
          throw new Error('no token today')
        },
      },
    })
    t.after(() => client.close())
    const store = make(style, { client, autoRemove: 'disabled' })
    await assert.rejects(store.get('s'), /no token today/)
    assert.ok(asked > 0)
    await store.close()
  })

  test('a connection string with an option that only the mongodb package knows is followed by that package', async (t) => {
    const { mongoUrl, db } = server.place()
    let looked = 0
    const lookup = (...args) => {
      looked += 1
      return dns.lookup(...args)
    }
    const store = make(style, {
      [style.ofUrl]: mongoUrl.replace('127.0.0.1', 'localhost'),
      mongoOptions: { lookup, family: 4 },
    })
    await store.set('s', { cookie: {}, a: 1 })
    assert.equal((await store.get('s')).a, 1)
    assert.ok(looked > 0)
    assert.equal(await db.collection('sessions').countDocuments(), 1)
    const { client } = store
    await store.close()
    assert.equal(client.topology?.isConnected() ?? false, false)
    await assert.rejects(store.get('s'), { name: 'MongoNotConnectedError' })
    t.diagnostic(`${looked} look-ups`)
  })
})

function targetOf(options) {
  let target
  seekTarget(options, { found: (known) => (target = known) })
  return target
}

test('options that only the client can follow are found before anything is connected', async (t) => {
  const known = {
    proxyHost: ['proxy.example', /proxy/],
    secureContext: [tls.createSecureContext(), /secureContext/],
    pfx: [Buffer.alloc(1), /pfx/],
    crl: ['-', /revoked/],
    tlsCRLFile: ['/no/such', /revoked/],
    servername: ['other.example', /servername/],
    localAddress: ['127.0.0.1', /localAddress/],
    ciphers: ['AES', /ciphers/],
    secureProtocol: ['TLSv1_2_method', /TLS versions/],
    tlsAllowInvalidHostnames: [true, /checkServerIdentity/],
    authMechanism: ['MONGODB-AWS', /MONGODB-AWS/],
  }
  for (const [name, [value, reason]] of Object.entries(known)) {
    await t.test(name, () => {
      const { uri, obstacle } = targetOf({
        client: new MongoClient('mongodb://db.example/?tls=true', { [name]: value }),
      })
      assert.equal(uri, undefined)
      assert.match(obstacle, reason)
    })
  }
  const { obstacle } = targetOf({ client: new MongoClient('mongodb://db.example/?tls=true', { tlsInsecure: true }) })
  assert.equal(obstacle, undefined, 'where no certificate is checked, its names are not, either')
})

test('a connection string with an option or a mechanism that the addon lacks is left to the mongodb package', () => {
  const lacking = Object.entries(OPTIONS).flatMap(([name, [, { refused }]]) => (refused ? name : []))
  assert.ok(lacking.includes('proxyHost'))
  for (const name of lacking) {
    const { uri, obstacle, isOwn } = targetOf({
      mongoUrl: 'mongodb://db.example/?tls=true',
      mongoOptions: { [name]: {} },
    })
    assert.deepEqual({ uri, isOwn }, { uri: undefined, isOwn: true })
    assert.match(obstacle, new RegExp(`mongoOptions.${name} is not supported`))
  }
  for (const mechanism of ['GSSAPI', 'MONGODB-AWS', 'MONGODB-OIDC']) {
    const { uri, obstacle } = targetOf({ mongoUrl: `mongodb://db.example/?authMechanism=${mechanism}` })
    assert.equal(uri, undefined)
    assert.match(obstacle, /authMechanism/)
  }
})

test('a warning says once that a store works through a client, with the reason and without a secret', async () => {
  const { mongoUrl } = server.place()
  const { code, lines, stderr } = await runProgram(
    async ({ url }) => {
      process.on('warning', (warning) => console.log(JSON.stringify([warning.name, warning.code, warning.message])))
      const mongodb = require('mongodb')
      const MongoStore = require('connect-mongo-native')
      const client = new mongodb.MongoClient(url, { lookup: require('node:dns').lookup })
      for (let n = 0; n < 3; n += 1) {
        const store = MongoStore.create({ client })
        await store.set('s', { cookie: {} })
        await store.close()
      }
      await client.close()
    },
    { url: mongoUrl },
  )
  assert.equal(code, 0, stderr)
  assert.equal(lines.length, 1, lines.join('\n'))
  const [name, warningCode, message] = JSON.parse(lines[0])
  assert.deepEqual([name, warningCode], ['MongoStoreWarning', 'MONGO_STORE_TRANSPORT'])
  assert.match(message, /lookup/)
})

test('a store that works through a client does not keep the process alive', async () => {
  const { mongoUrl } = server.place()
  const { code, lines, stderr } = await runProgram(
    async ({ url }) => {
      const mongodb = require('mongodb')
      const client = new mongodb.MongoClient(url, { lookup: require('node:dns').lookup })
      const store = require('connect-mongo-native').create({ client })
      await store.set('s', { a: 1 })
      console.log(JSON.stringify(await store.get('s')))
      await client.close()
    },
    { url: mongoUrl },
  )
  assert.equal(code, 0, stderr)
  assert.deepEqual(lines, ['{"a":1}'])
})
