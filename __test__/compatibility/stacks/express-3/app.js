// Express 3 with the sessions that it brings (`express`, `create`), or with express-session beside it (`session`).

var express = require('express')
var http = require('http')
var expressSession = require('express-session')
var connectMongo = require('connect-mongo-native')
var addRoutes = require('./shared/express-routes')
var serve = require('./shared/serve').serve

var session = process.env.VARIANT === 'session' ? expressSession : express.session
var store
if (process.env.VARIANT === 'create') {
  store = connectMongo.create({ mongoUrl: process.env.MONGO_URL })
} else {
  var MongoStore = connectMongo(process.env.VARIANT === 'session' ? expressSession : express)
  store = new MongoStore({ url: process.env.MONGO_URL })
}

var app = express()
app.use(express.cookieParser('keyboard cat'))
app.use(session({
  secret: 'keyboard cat',
  resave: false,
  saveUninitialized: false,
  cookie: { maxAge: Number(process.env.MAX_AGE) },
  store: store
}))
app.use(app.router)
addRoutes(app)

serve(http.createServer(app), { store: store })
