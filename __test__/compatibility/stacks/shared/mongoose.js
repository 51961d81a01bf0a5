'use strict'

// Mongoose 6 and later on Express 4 or 5. The store receives a mongoose connection or its client.

const { createServer } = require('node:http')
const express = require('express')
const mongoose = require('mongoose')
const session = require('express-session')
const MongoStore = require('connect-mongo-native')
const addRoutes = require('./express-routes')
const { serve } = require('./serve')

const { MONGO_URL, VARIANT, MAX_AGE } = process.env
const stores = {
  connection() {
    mongoose.connect(MONGO_URL)
    return new (MongoStore(session))({ mongooseConnection: mongoose.connection })
  },
  createConnection(connection) {
    return new (MongoStore(session))({ mongooseConnection: connection })
  },
  getClient(connection) {
    return MongoStore.create({ client: connection.getClient() })
  },
}
const connection = VARIANT === 'connection' ? mongoose.connection : mongoose.createConnection(MONGO_URL)
const store = stores[VARIANT](connection)
const Thing = connection.model('Thing', new mongoose.Schema({ name: String }))

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
  own: () => Thing.create({ name: 'a thing' }),
  close: () => connection.close(),
})
