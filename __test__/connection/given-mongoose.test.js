'use strict'

// Connections of mongoose, given in each way: every version of mongoose, with the database in the connection string, in
// `dbName` of mongoose, and by `useDb`.

const assert = require('node:assert/strict')
const { after, test } = require('node:test')
const session = require('express-session')
const { MongoStore: Genuine6 } = require('connect-mongo-6')
const Genuine3 = require('connect-mongo-3')(session)
const { call } = require('../helpers/genuine.js')
const { MODERN, aSession, eachStyle, make, useStores } = require('../helpers/stores.js')
const { warningsOf } = require('../helpers/warnings.js')

const server = useStores()
const VERSIONS = [5, 6, 7, 8, 9]
const mongooseOf = (version) => require(`mongoose-${version}`)
const optionsOf = (version) => (version === 5 ? { useNewUrlParser: true, useUnifiedTopology: true } : {})

/** Each way to give a connection, and whether `dbName` of the store counts beside it. */
const WAYS = {
  mongooseConnection: [(connection) => connection, false],
  mongoose_connection: [(connection) => connection, false],
  client: [(connection) => connection, true],
  clientPromise: [(connection) => opened(connection), true],
  db: [(connection) => connection, false],
  dbPromise: [(connection) => opened(connection), false],
}

/** Version 5 has a connection that is a promise itself while it opens. */
async function opened(connection) {
  if (connection.readyState !== 1) await new Promise((resolve) => connection.once('open', resolve))
  return connection
}

/** Connections by where their database is named: each gives the connection, and the one to close. */
const DATABASES = {
  'the connection string'(mongoose, dbName, options) {
    const connection = mongoose.createConnection(server.place(dbName).mongoUrl, options)
    return [connection, connection]
  },
  'dbName of mongoose'(mongoose, dbName, options) {
    const connection = mongoose.createConnection(server.place('elsewhere').mongoUrl, { ...options, dbName })
    return [connection, connection]
  },
  useDb(mongoose, dbName, options) {
    const connection = mongoose.createConnection(server.place('elsewhere').mongoUrl, options)
    return [connection.useDb(dbName), connection]
  },
}

const opening = []
after(() => Promise.all(opening.map((connection) => connection.close())))

function connect(version, where) {
  const { dbName, db } = server.place()
  const [connection, owner] = DATABASES[where](mongooseOf(version), dbName, optionsOf(version))
  opening.push(owner)
  return { connection, owner, dbName, db }
}

eachStyle(({ style, isFactory }) => {
  for (const version of VERSIONS) {
    for (const where of Object.keys(DATABASES)) {
      for (const [option, [give, takesDbName]] of Object.entries(WAYS)) {
        for (const state of ['open', 'opening']) {
          test(`mongoose ${version}, ${state}, given as ${option}, has its database by ${where}`, async (t) => {
            const { connection, owner, db } = connect(version, where)
            if (state === 'open') await Promise.all([opened(owner), opened(connection)])
            const store = make(style, { [option]: give(connection) })
            t.after(() => store.close())
            await store.set('s', aSession({ a: 1 }))
            assert.equal(await db.collection('sessions').countDocuments(), 1)

            const genuine = new Genuine3({ mongooseConnection: connection })
            assert.equal((await call(genuine, 'get', 's')).a, 1)

            const named = server.place()
            const beside = make(style, { [option]: give(connection), dbName: named.dbName, autoRemove: 'disabled' })
            t.after(() => beside.close())
            await beside.set('beside', aSession())
            const target = takesDbName ? named.db : db
            assert.equal(await target.collection('sessions').countDocuments({ _id: 'beside' }), 1)
          })
        }
      }
    }

    for (const option of ['mongooseConnection', 'client', 'db']) {
      test(`mongoose ${version} itself, given as ${option}, stands for its default connection`, async (t) => {
        const { db, dbName } = server.place()
        const mongoose = new (mongooseOf(version).Mongoose)()
        t.after(() => mongoose.disconnect())
        const store = make(style, { [option]: mongoose })
        t.after(() => store.close())
        const stores = store.set('s', aSession())
        await mongoose.connect(server.place('elsewhere').mongoUrl, { ...optionsOf(version), dbName })
        await stores
        assert.equal(await db.collection('sessions').countDocuments(), 1)
      })
    }

    test(`the promise of connect of mongoose ${version} may be the clientPromise`, async (t) => {
      const { db, dbName } = server.place()
      const mongoose = new (mongooseOf(version).Mongoose)()
      t.after(() => mongoose.disconnect())
      const clientPromise = mongoose.connect(server.place('elsewhere').mongoUrl, { ...optionsOf(version), dbName })
      const store = make(style, { clientPromise })
      t.after(() => store.close())
      await store.set('s', aSession())
      assert.equal(await db.collection('sessions').countDocuments(), 1)
    })

    test(`many stores that wait for a connection of mongoose ${version} listen once, and leave nothing behind`, async (t) => {
      const connection = mongooseOf(version).createConnection()
      t.after(() => connection.close())
      const before = listenersOf(connection)
      const stores = Array.from({ length: 50 }, () => make(style, { mongooseConnection: connection }))
      assert.ok(Object.values(listenersOf(connection)).every((count) => count <= 2))
      const [waits] = stores.map((store) => store.get('s'))
      await Promise.all(stores.map((store) => store.close()))
      await assert.rejects(waits, { name: 'MongoNotConnectedError' })
      assert.deepEqual(listenersOf(connection), before)
    })

    test(`a connection of mongoose ${version} that fails fails what waits, and works when it is opened again`, async (t) => {
      const { mongoUrl, db } = server.place()
      const connection = mongooseOf(version).createConnection()
      t.after(() => connection.close())
      const before = listenersOf(connection)
      const store = make(style, { mongooseConnection: connection })
      t.after(() => store.close())
      const waiting = store.get('s')
      const nowhere = { ...optionsOf(version), serverSelectionTimeoutMS: 50, connectTimeoutMS: 50 }
      const failing = connection.openUri(version < 6 ? 'mongodb://127.0.0.1:9/app' : 'mongodb://', nowhere)
      const reason = await Promise.resolve(failing).then(assert.fail, (error) => error)
      await assert.rejects(waiting, { message: reason.message })
      await assert.rejects(store.set('s', aSession()), { message: reason.message })
      if (isFactory) assert.equal(store.state, 'disconnected')

      const late = make(style, { client: connection })
      await assert.rejects(late.length(), { message: reason.message })
      await late.close()

      const again = connection.openUri(mongoUrl, optionsOf(version))
      await store.set('s', aSession())
      await again
      assert.equal(await db.collection('sessions').countDocuments(), 1)
      assert.deepEqual(listenersOf(connection), before)
    })
  }
})

function listenersOf(connection) {
  return Object.fromEntries(connection.eventNames().map((name) => [String(name), connection.listenerCount(name)]))
}

for (const version of VERSIONS) {
  test(`the client of mongoose ${version} goes to the database of its connection string, as in connect-mongo`, async (t) => {
    const { connection, owner } = connect(version, 'dbName of mongoose')
    await opened(owner)
    const collectionName = `sessions-of-client-${version}`
    const store = make(MODERN, { client: connection.getClient(), collectionName })
    t.after(() => store.close())
    await store.set('s', aSession({ a: 1 }))
    const genuine = Genuine6.create({ client: connection.getClient(), collectionName })
    assert.equal((await call(genuine, 'get', 's')).a, 1)
  })

  test(`a warning says that the client of mongoose ${version} does not know the database`, async () => {
    const { messages } = await warningsOf(
      async ({ name, url, options }) => {
        const MongoStore = require('connect-mongo-native')
        const mongoose = require(name)
        await mongoose.connect(url, options)
        const client = mongoose.connection.getClient()
        const stores = [
          MongoStore.create({ client, autoRemove: 'disabled' }),
          MongoStore.create({ client, dbName: 'mine', autoRemove: 'disabled' }),
          MongoStore.create({ client: mongoose.connection, autoRemove: 'disabled' }),
        ]
        await Promise.all(stores.map((store) => store.close()))
        await mongoose.disconnect()
      },
      {
        name: `mongoose-${version}`,
        url: server.place('elsewhere').mongoUrl,
        options: { ...optionsOf(version), dbName: 'mine' },
      },
    )
    assert.deepEqual(messages, [
      'The client of the mongoose connection does not know its database "mine", so sessions go to "elsewhere". Pass the connection instead of its client, or set dbName',
    ])
  })
}
