// Mongoose 5 on Express 4: the store is given a connection of mongoose, or the client of one.

const express = require('express')
const http = require('http')
const mongoose = require('mongoose')
const session = require('express-session')
const MongoStore = require('connect-mongo-native')
const addRoutes = require('./shared/express-routes')
const { serve } = require('./shared/serve')

const url = process.env.MONGO_URL
const options = { useNewUrlParser: true, useUnifiedTopology: true }
let connection
let store
switch (process.env.VARIANT) {
  case 'connection':
    mongoose.connect(url, options)
    connection = mongoose.connection
    store = new (MongoStore(session))({ mongooseConnection: connection })
    break
  case 'legacy topology':
    mongoose.connect(url, { useNewUrlParser: true })
    connection = mongoose.connection
    store = new (MongoStore(session))({ mongooseConnection: connection })
    break
  case 'createConnection':
    connection = mongoose.createConnection(url, options)
    store = new (MongoStore(session))({ mongooseConnection: connection })
    break
  case 'getClient':
    connection = mongoose.createConnection(url, options)
    store = MongoStore.create({ client: connection.getClient() })
    break
}
const Thing = connection.model('Thing', new mongoose.Schema({ name: String }))

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
  own: () => Thing.create({ name: 'a thing' }),
  close: () => connection.close()
})
