// Connect 2.30 with the sessions that it brings.

var connect = require('connect')
var http = require('http')
var connectMongo = require('connect-mongo-native')
var handler = require('./shared/connect-handler')
var serve = require('./shared/serve').serve

var store
if (process.env.VARIANT === 'create') {
  store = connectMongo.create({ mongoUrl: process.env.MONGO_URL })
} else {
  var MongoStore = connectMongo(connect)
  store = new MongoStore({ url: process.env.MONGO_URL })
}

var app = connect()
  .use(connect.cookieParser())
  .use(connect.session({
    secret: 'keyboard cat',
    resave: false,
    saveUninitialized: false,
    cookie: { maxAge: Number(process.env.MAX_AGE) },
    store: store
  }))
  .use(handler)

serve(http.createServer(app), { store: store })
