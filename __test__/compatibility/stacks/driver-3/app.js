// The mongodb driver 3.7 on Express 4: the store is given a client or a Db, connected or not.

const express = require('express')
const http = require('http')
const MongoClient = require('mongodb').MongoClient
const session = require('express-session')
const MongoStore = require('connect-mongo-native')(session)
const addRoutes = require('./shared/express-routes')
const { serve } = require('./shared/serve')

const options = { useNewUrlParser: true, useUnifiedTopology: !process.env.VARIANT.startsWith('legacy topology') }
const client = new MongoClient(process.env.MONGO_URL, options)

switch (process.env.VARIANT) {
  case 'client, unconnected':
  case 'legacy topology, unconnected':
    client.connect(stopOnError)
    start(new MongoStore({ client }))
    break
  case 'clientPromise':
    start(new MongoStore({ clientPromise: client.connect() }))
    break
  case 'client, connected':
  case 'legacy topology, connected':
    client.connect((error) => {
      stopOnError(error)
      start(new MongoStore({ client }))
    })
    break
  case 'db, connected':
    client.connect((error) => {
      stopOnError(error)
      start(new MongoStore({ db: client.db() }))
    })
    break
}

function stopOnError(error) {
  if (error) throw error
}

function start(store) {
  const app = express()
  app.use(session({
    secret: 'keyboard cat',
    resave: false,
    saveUninitialized: false,
    cookie: { maxAge: Number(process.env.MAX_AGE) },
    store
  }))
  addRoutes(app)

  serve(http.createServer(app), {
    store,
    own: (callback) => client.db().collection('things').insertOne({ name: 'a thing' }, callback),
    close: (callback) => client.close(callback)
  })
}
