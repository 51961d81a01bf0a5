// The mongodb driver 1.4 on Express 3 with the sessions that it brings: the store is given a Db, connected or not.

var express = require('express')
var http = require('http')
var mongodb = require('mongodb')
var MongoStore = require('connect-mongo-native')(express)
var addRoutes = require('./shared/express-routes')
var serve = require('./shared/serve').serve

if (process.env.VARIANT === 'db, connected') {
  mongodb.MongoClient.connect(process.env.MONGO_URL, function (error, db) {
    if (error) throw error
    start(db, new MongoStore({ db: db }))
  })
} else {
  var url = new URL(process.env.MONGO_URL)
  var server = new mongodb.Server(url.hostname, Number(url.port), { auto_reconnect: true })
  var db = new mongodb.Db(url.pathname.slice(1), server, { w: 1 })
  var store = new MongoStore({ db: db })
  start(db, store)
}

function start(db, store) {
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
      db.collection('things').insert({ name: 'a thing' }, callback)
    },
    close: function (callback) {
      db.close(callback)
    }
  })
}
