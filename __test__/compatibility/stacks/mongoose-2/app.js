// Mongoose 2.9 on Express 3 with the sessions that it brings: the store is given a connection of mongoose.

var express = require('express')
var http = require('http')
var mongoose = require('mongoose')
var MongoStore = require('connect-mongo-native')(express)
var addRoutes = require('./shared/express-routes')
var serve = require('./shared/serve').serve

var connection
if (process.env.VARIANT === 'createConnection') {
  connection = mongoose.createConnection(process.env.MONGO_URL)
} else {
  mongoose.connect(process.env.MONGO_URL)
  connection = mongoose.connection
}
var store = new MongoStore({ mongoose_connection: connection })
var Thing = connection.model('Thing', new mongoose.Schema({ name: String }))

var app = express()
app.use(express.cookieParser())
app.use(express.session({
  secret: 'keyboard cat',
  resave: false,
  saveUninitialized: false,
  cookie: { maxAge: Number(process.env.MAX_AGE) },
  store: store
}))
app.use(app.router)
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
