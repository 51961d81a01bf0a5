// Express 2.5 with the sessions that it brings: req.session comes from Connect 1.9.

var express = require('express')
var MongoStore = require('connect-mongo-native')
var addRoutes = require('./shared/express-routes')
var serve = require('./shared/serve').serve

var store
if (process.env.VARIANT === 'create') {
  store = MongoStore.create({ mongoUrl: process.env.MONGO_URL })
} else {
  store = new (MongoStore(express))({ url: process.env.MONGO_URL })
}

var app = express.createServer()
app.use(express.cookieParser())
app.use(express.session({ secret: 'keyboard cat', store: store, cookie: { maxAge: Number(process.env.MAX_AGE) } }))
addRoutes(app)

serve(app, { store: store })
