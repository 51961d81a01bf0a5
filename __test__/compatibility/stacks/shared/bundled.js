// Express 5 with express-session, as a single file that a bundler makes; the store made as in each generation of
// connect-mongo.

const { createServer } = require('node:http')
const express = require('express')
const session = require('express-session')
const connectMongo = require('connect-mongo-native')
const addRoutes = require('./express-routes.js')
const { serve } = require('./serve.js')

const { MONGO_URL, VARIANT, MAX_AGE } = process.env
const makers = {
  factory: () => new (connectMongo(session))({ url: MONGO_URL }),
  create: () => connectMongo.create({ mongoUrl: MONGO_URL }),
}
const store = makers[VARIANT.split(',')[0]]() // the rest says how the bundle is made
// From outside, the express-session in the bundle can't be found before the first request.
if (VARIANT.endsWith('inside') && !(store instanceof session.Store)) {
  throw new Error('the store does not derive from the Store of this bundle')
}

const app = express()
app.use(
  session({
    secret: 'keyboard cat',
    resave: false,
    saveUninitialized: false,
    cookie: { maxAge: Number(MAX_AGE) },
    store,
  }),
)
app.use((req, _res, next) => {
  if (req.session instanceof session.Session) next()
  else next(new Error('the session is not of the class of this bundle'))
})
addRoutes(app)

serve(createServer(app), { store })
