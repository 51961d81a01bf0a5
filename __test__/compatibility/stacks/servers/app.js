// Express 5 on whatever servers the connection string names: the store is given the string (`url`), or a client of the
// mongodb driver (`client`).

const { createServer } = require('node:http')
const express = require('express')
const session = require('express-session')
const { MongoClient } = require('mongodb')
const { MongoStore } = require('connect-mongo-native')
const addRoutes = require('./shared/express-routes')
const { serve } = require('./shared/serve')

const { MONGO_URL, VARIANT, MAX_AGE } = process.env
const client = new MongoClient(MONGO_URL)
const store = MongoStore.create(VARIANT === 'client' ? { client } : { mongoUrl: MONGO_URL })

const app = express()
app.use(session({
  secret: 'keyboard cat',
  resave: false,
  saveUninitialized: false,
  cookie: { maxAge: Number(MAX_AGE) },
  store
}))
addRoutes(app)

serve(createServer(app), {
  store,
  own: () => client.db().collection('things').insertOne({ name: 'a thing' }),
  close: () => client.close()
})
