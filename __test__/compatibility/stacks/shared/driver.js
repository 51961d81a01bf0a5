'use strict'

// The mongodb driver 4 and later on Express 4 or 5. The store receives a client or a Db, connected or not.

const { createServer } = require('node:http')
const express = require('express')
const session = require('express-session')
const { MongoClient } = require('mongodb')
const MongoStore = require('connect-mongo-native')
const addRoutes = require('./express-routes')
const { serve } = require('./serve')

const { MONGO_URL, VARIANT, MAX_AGE } = process.env
const client = new MongoClient(MONGO_URL)
const stores = {
  'client, unconnected': () => MongoStore.create({ client }),
  'client, connected': async () => {
    await client.connect()
    return MongoStore.create({ client })
  },
  clientPromise: () => MongoStore.create({ clientPromise: client.connect() }),
  'db, unconnected': () => new (MongoStore(session))({ db: client.db() }),
  'db, connected': async () => {
    await client.connect()
    return new (MongoStore(session))({ db: client.db() })
  },
}

async function main() {
  const store = await stores[VARIANT]()
  const app = express()
  app.use(
    session({
      secret: 'keyboard cat',
      resave: false,
      saveUninitialized: false,
      cookie: { maxAge: Number(MAX_AGE) },
      store,
    }),
  )
  addRoutes(app)

  serve(createServer(app), {
    store,
    own: () => client.db().collection('things').insertOne({ name: 'a thing' }),
    close: () => client.close(),
  })
}

main()
