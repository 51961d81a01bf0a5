'use strict'

// Express 5 with express-session, for applications whose packages are elsewhere than those of the store. They pass their
// own. Ends with an error unless stores and sessions are of the classes of the application's express-session.

const { createServer } = require('node:http')
const addRoutes = require('./express-routes.js')
const { serve } = require('./serve.js')

/**
 * @param {object} packages of the application
 * @param {Function} packages.express
 * @param {Function} packages.session
 * @param {Function} packages.connectMongo
 * @param {boolean} [canDerive] whether the store can find the application's express-session before the first request
 */
module.exports = function run({ express, session, connectMongo }, canDerive = true) {
  const { MONGO_URL, VARIANT, MAX_AGE } = process.env
  const makers = {
    factory: () => new (connectMongo(session))({ url: MONGO_URL }),
    create: () => connectMongo.create({ mongoUrl: MONGO_URL }),
  }
  const store = makers[VARIANT.split(',')[0]]() // the rest says how the application is built
  if (canDerive && !(store instanceof session.Store))
    throw new Error("the store does not derive from the application's Store")

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
    else next(new Error("the session is not of the application's class"))
  })
  addRoutes(app)

  serve(createServer(app), { store })
}
