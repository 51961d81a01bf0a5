'use strict'

// Express 5 as a CommonJS program for every runtime, with a store of each style or one on the application's own client.

const { createServer } = require('node:http')
const express = require('express')
const session = require('express-session')
const { MongoClient } = require('mongodb')
const MongoStore = require('connect-mongo-native')
const addRoutes = require('./express-routes.js')
const { serve } = require('./serve.js')

const { MONGO_URL, VARIANT, MAX_AGE } = process.env
const client = new MongoClient(MONGO_URL)
const makers = {
  factory: () => new (MongoStore(session))({ url: MONGO_URL }),
  create: () => MongoStore.create({ mongoUrl: MONGO_URL }),
  client: () => MongoStore.create({ client }),
}
const store = makers[VARIANT]()

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
