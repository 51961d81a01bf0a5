// Connect 1.9 with the sessions that it brings.

var connect = require('connect')
var MongoStore = require('connect-mongo-native')
var handler = require('./shared/connect-handler')
var serve = require('./shared/serve').serve

var store
if (process.env.VARIANT === 'create') {
  store = MongoStore.create({ mongoUrl: process.env.MONGO_URL })
} else {
  store = new (MongoStore(connect))({ url: process.env.MONGO_URL })
}

var server = connect.createServer(
  connect.cookieParser(),
  connect.session({ secret: 'keyboard cat', store: store, cookie: { maxAge: Number(process.env.MAX_AGE) } }),
  handler
)

serve(server, { store: store })
