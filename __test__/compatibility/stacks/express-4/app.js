// Express 4 with express-session, and the store made as in each generation of connect-mongo.

const express = require('express')
const http = require('http')
const session = require('express-session')
const addRoutes = require('./shared/express-routes')
const { serve } = require('./shared/serve')

const url = process.env.MONGO_URL
const makers = {
  factory() {
    const MongoStore = require('connect-mongo-native')(session)
    return new MongoStore({ url })
  },
  es5() {
    const MongoStore = require('connect-mongo-native/es5')(session)
    return new MongoStore({ url, touchAfter: 0 })
  },
  create() {
    const MongoStore = require('connect-mongo-native')
    return MongoStore.create({ mongoUrl: url })
  },
  default() {
    const MongoStore = require('connect-mongo-native').default
    return MongoStore.create({ mongoUrl: url, stringify: false })
  }
}
const store = makers[process.env.VARIANT]()

const app = express()
app.use(session({
  secret: 'keyboard cat',
  resave: false,
  saveUninitialized: false,
  cookie: { maxAge: Number(process.env.MAX_AGE) },
  store
}))
addRoutes(app)

serve(http.createServer(app), { store })
