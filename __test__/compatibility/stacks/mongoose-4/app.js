// Mongoose 4 on Express 4: the store is given a connection of mongoose.

var express = require('express')
var http = require('http')
var mongoose = require('mongoose')
var session = require('express-session')
var MongoStore = require('connect-mongo-native')(session)
var addRoutes = require('./shared/express-routes')
var serve = require('./shared/serve').serve

mongoose.Promise = global.Promise

var connection
if (process.env.VARIANT === 'createConnection') {
  connection = mongoose.createConnection(process.env.MONGO_URL)
} else {
  mongoose.connect(process.env.MONGO_URL, { useMongoClient: true })
  connection = mongoose.connection
}
var store = new MongoStore({ mongooseConnection: connection })
var Thing = connection.model('Thing', new mongoose.Schema({ name: String }))

var app = express()
app.use(session({
  secret: 'keyboard cat',
  resave: false,
  saveUninitialized: false,
  cookie: { maxAge: Number(process.env.MAX_AGE) },
  store: store
}))
addRoutes(app)

serve(http.createServer(app), {
  store: store,
  own: function (callback) {
    Thing.create({ name: 'a thing' }, callback)
  },
  close: function (callback) {
    connection.close(callback)
  }
})
