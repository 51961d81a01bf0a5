// Express 2.5 with the sessions that it brings, which are those of Connect 1.9 (`express`, `create`), or with
// express-session beside it (`session`).

var express = require('express')
var expressSession = require('express-session')
var MongoStore = require('connect-mongo-native')
var addRoutes = require('./shared/express-routes')
var serve = require('./shared/serve').serve

var isSeparate = process.env.VARIANT === 'session'
var store
if (process.env.VARIANT === 'create') {
  store = MongoStore.create({ mongoUrl: process.env.MONGO_URL })
} else {
  store = new (MongoStore(isSeparate ? expressSession : express))({ url: process.env.MONGO_URL })
}

var app = express.createServer()
app.use(express.cookieParser())
app.use((isSeparate ? expressSession : express.session)({
  secret: 'keyboard cat',
  resave: false,
  saveUninitialized: false,
  cookie: { maxAge: Number(process.env.MAX_AGE) },
  store: store
}))
addRoutes(app)

serve(app, { store: store })
