'use strict'

// The settings of the application's existing connections, for each generation of the driver and of mongoose. The store
// uses the same database with the same rights, through connections of its own.

const assert = require('node:assert/strict')
const fs = require('node:fs')
const { after, before, test } = require('node:test')
const { hasAddon } = require('../helpers/addon.js')
const { DRIVERS } = require('../helpers/drivers.js')
const { eachStyle, make } = require('../helpers/stores.js')
const { makeCertificates, tlsArguments } = require('../helpers/tls.js')

/** Contains a character that a connection string must escape. */
const USER = 'ann@home'
const PASSWORD = 'p:w/1%?'
/** The user has the rights that a store needs in one database, but authenticates against another. */
const HOME = 'accounts'
const ALLOWED = 'allowed'

let certificates
let set
let admin
before(async () => {
  certificates = makeCertificates()
  const { startReplicaSet } = await import('../../scripts/mongod.mjs')
  set = await startReplicaSet({
    version: '5.0',
    nodes: 1,
    name: 'live',
    auth: { user: 'root', password: 'root' },
    args: tlsArguments(certificates),
    clientOptions: { tls: true, tlsCAFile: certificates.ca },
  })
  admin = await new DRIVERS[6].MongoClient(set.uri, { tls: true, tlsCAFile: certificates.ca }).connect()
  await admin.db(HOME).command({ createUser: USER, pwd: PASSWORD, roles: [{ role: 'readWrite', db: ALLOWED }] })
  await admin.db('$external').command({ createUser: certificates.user, roles: [{ role: 'readWrite', db: ALLOWED }] })
})
after(async () => {
  await admin?.close()
  await set?.stop()
  certificates?.remove()
})

const host = () => set.members[0].host
const url = (database, options) =>
  `mongodb://${encodeURIComponent(USER)}:${encodeURIComponent(PASSWORD)}@${host()}/${database}?${new URLSearchParams({ authSource: HOME, replicaSet: 'live', ...options })}`
const read = (name) => fs.readFileSync(certificates[name])

/** The metadata and users of a store's connections: those of the addon, or of the application where there is none. */
async function storesAs() {
  const found = await admin
    .db('admin')
    .aggregate([{ $currentOp: { allUsers: true, idleConnections: true } }])
    .toArray()
  return found
    .filter(({ clientMetadata }) => !hasAddon || clientMetadata?.driver.name.includes('connect-mongo-native'))
    .flatMap(({ effectiveUsers = [], appName }) => effectiveUsers.map(({ user, db }) => ({ user, db, appName })))
}

/** The application's objects, by driver: `open()` resolves with the store's options and a way to close the object. */
const GIVEN = {
  'a client of version 6': async (t) => {
    const client = new DRIVERS[6].MongoClient(url(ALLOWED), {
      tls: true,
      tlsCAFile: certificates.ca,
      appName: 'live',
      readPreference: 'secondaryPreferred',
    })
    t.after(() => client.close())
    return { client }
  },
  'a connected client of version 7, with dbName': async (t) => {
    const client = await new DRIVERS[7].MongoClient(url('elsewhere'), {
      tls: true,
      tlsCAFile: certificates.ca,
      appName: 'live',
    }).connect()
    t.after(() => client.close())
    return { client, dbName: ALLOWED }
  },
  'a client of version 7 with a server API': async (t) => {
    const client = new DRIVERS[7].MongoClient(url(ALLOWED), {
      tls: true,
      tlsCAFile: certificates.ca,
      appName: 'live',
      serverApi: '1',
    })
    t.after(() => client.close())
    return { client }
  },
  'a Db of version 7': async (t) => {
    const client = new DRIVERS[7].MongoClient(url('elsewhere'), {
      tls: true,
      tlsCAFile: certificates.ca,
      appName: 'live',
    })
    t.after(() => client.close())
    return { db: client.db(ALLOWED) }
  },
  'a client of version 3 with options': async (t) => {
    const client = await new DRIVERS[3].MongoClient(`mongodb://${host()}/${ALLOWED}`, {
      useUnifiedTopology: true,
      tls: true,
      tlsCAFile: certificates.ca,
      replicaSet: 'live',
      authSource: HOME,
      auth: { user: USER, password: PASSWORD },
      appname: 'live',
      readPreference: 'primaryPreferred',
    }).connect()
    t.after(() => client.close())
    return { client }
  },
  'a Db of version 3': async (t) => {
    const client = await new DRIVERS[3].MongoClient(url('elsewhere'), {
      useUnifiedTopology: true,
      tls: true,
      tlsCAFile: certificates.ca,
      appname: 'live',
    }).connect()
    t.after(() => client.close())
    return { db: client.db(ALLOWED) }
  },
  'a connection of mongoose 9 that is opening': async (t) => {
    const mongoose = require('mongoose-9')
    const connection = mongoose.createConnection(url('elsewhere'), {
      tls: true,
      tlsCAFile: certificates.ca,
      appName: 'live',
      dbName: ALLOWED,
    })
    t.after(() => connection.close())
    return { mongooseConnection: connection }
  },
  'a connection of mongoose 5, by useDb': async (t) => {
    const mongoose = require('mongoose-5')
    const connection = await mongoose.createConnection(url('elsewhere'), {
      useUnifiedTopology: true,
      useNewUrlParser: true,
      tls: true,
      tlsCAFile: certificates.ca,
      appname: 'live',
    })
    t.after(() => connection.close())
    return { mongooseConnection: connection.useDb(ALLOWED) }
  },
}

/** Objects with certificates in memory, or with a driver that reports no name. The test is that the store works. */
const ALSO = {
  'a Db of version 2': async (t) => {
    const db = await DRIVERS[2].MongoClient.connect(url(ALLOWED, { ssl: true }), {
      sslValidate: true,
      sslCA: [read('ca')],
      checkServerIdentity: true,
    })
    t.after(() => db.close())
    return { db }
  },
  'a client with certificates in memory': async (t) => {
    const client = new DRIVERS[6].MongoClient(url(ALLOWED), { tls: true, ca: read('ca') })
    t.after(() => client.close())
    return { client }
  },
  'a client that is known by its certificate': async (t) => {
    const client = new DRIVERS[6].MongoClient(`mongodb://${host()}/${ALLOWED}?authMechanism=MONGODB-X509`, {
      tls: true,
      tlsCAFile: certificates.ca,
      tlsCertificateKeyFile: certificates.client,
    })
    t.after(() => client.close())
    return { client }
  },
  'a client that checks the names in certificates in a way of its own': async (t) => {
    const client = new DRIVERS[6].MongoClient(url(ALLOWED), {
      tls: true,
      tlsCAFile: certificates.ca,
      checkServerIdentity: () => undefined,
    })
    t.after(() => client.close())
    return { client }
  },
}

eachStyle(({ style }) => {
  const open = async (t, given) => {
    const collectionName = `sessions-${Math.random()}`
    const store = make(style, { ...given, [style.collectionOption]: collectionName })
    t.after(() => store.close())
    return { store, stored: admin.db(ALLOWED).collection(collectionName) }
  }

  for (const [what, give] of Object.entries({ ...GIVEN, ...ALSO })) {
    test(`${what}, with a password, TLS and a replica set, leads to its database with its rights`, async (t) => {
      const { store, stored } = await open(t, await give(t))
      await store.set('s', { cookie: {}, a: 1 })
      assert.equal((await store.get('s')).a, 1)
      assert.equal(await stored.countDocuments(), 1)
      if (what in GIVEN) {
        const users = await storesAs()
        assert.ok(
          users.some(({ user, db, appName }) => user === USER && db === HOME && appName === 'live'),
          JSON.stringify(users),
        )
      }
      const collection = await store.collectionP
      assert.equal(collection.collectionName, stored.collectionName)
    })
  }

  test('a database that the user of a client has no right to fails the operations, and is not another one', async (t) => {
    const { client } = await GIVEN['a client of version 6'](t)
    const store = make(style, { client, dbName: 'forbidden', autoRemove: 'disabled' })
    t.after(() => store.close())
    await assert.rejects(store.set('s', { cookie: {} }), { code: 13, codeName: 'Unauthorized' })
  })

  test('a connection of mongoose that was lost and is opened again is the same for the store', async (t) => {
    const { mongooseConnection } = await GIVEN['a connection of mongoose 9 that is opening'](t)
    await mongooseConnection.asPromise()
    await mongooseConnection.close()
    assert.equal(mongooseConnection.readyState, 0)
    const { store, stored } = await open(t, { mongooseConnection })
    const stores = store.set('s', { cookie: {} })
    await mongooseConnection.openUri(url('elsewhere'), { tls: true, tlsCAFile: certificates.ca, dbName: ALLOWED })
    await stores
    assert.equal(await stored.countDocuments(), 1)
  })
})
