// Connect 3.7, which brings no sessions, with express-session.

const connect = require('connect')
const http = require('http')
const session = require('express-session')
const connectMongo = require('connect-mongo-native')
const handler = require('./shared/connect-handler')
const { serve } = require('./shared/serve')

let store
if (process.env.VARIANT === 'create') {
  store = connectMongo.create({ mongoUrl: process.env.MONGO_URL })
} else {
  const MongoStore = connectMongo(session)
  store = new MongoStore({ url: process.env.MONGO_URL })
}

const app = connect()
app.use(session({
  secret: 'keyboard cat',
  resave: false,
  saveUninitialized: false,
  cookie: { maxAge: Number(process.env.MAX_AGE) },
  store
}))
app.use(handler)

serve(http.createServer(app), { store })
