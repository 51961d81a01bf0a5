// The mongodb driver 2.2 on Express 4: the store is given a Db, connected or not, or the promise of one.

var express = require('express')
var http = require('http')
var mongodb = require('mongodb')
var session = require('express-session')
var MongoStore = require('connect-mongo-native')(session)
var addRoutes = require('./shared/express-routes')
var serve = require('./shared/serve').serve

switch (process.env.VARIANT) {
  case 'db, connected':
    mongodb.MongoClient.connect(process.env.MONGO_URL, function (error, db) {
      if (error) throw error
      start(db, new MongoStore({ db: db }))
    })
    break
  case 'db, unconnected':
    var url = new URL(process.env.MONGO_URL)
    var db = new mongodb.Db(url.pathname.slice(1), new mongodb.Server(url.hostname, Number(url.port)))
    var store = new MongoStore({ db: db })
    db.open(function (error) {
      if (error) throw error
      start(db, store)
    })
    break
  case 'dbPromise':
    var dbPromise = mongodb.MongoClient.connect(process.env.MONGO_URL)
    var early = new MongoStore({ dbPromise: dbPromise })
    dbPromise.then(function (opened) {
      start(opened, early)
    })
    break
}

function start(db, store) {
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
      db.collection('things').insertOne({ name: 'a thing' }, callback)
    },
    close: function (callback) {
      db.close(callback)
    }
  })
}
