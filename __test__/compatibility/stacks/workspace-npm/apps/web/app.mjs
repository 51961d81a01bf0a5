// Express 5 with express-session, as a module of a workspace that has them in its own folder, while the store is in the
// folder above. It is started from there.

import { createServer } from 'node:http'
import express from 'express'
import session from 'express-session'
import connectMongo, { MongoStore } from 'connect-mongo-native'
import addRoutes from '../../shared/express-routes.js'
import { serve } from '../../shared/serve.js'

const { MONGO_URL, VARIANT, MAX_AGE } = process.env
const makers = {
  factory: () => new (connectMongo(session))({ url: MONGO_URL }),
  create: () => MongoStore.create({ mongoUrl: MONGO_URL }),
}
const store = makers[VARIANT]()
if (!(store instanceof session.Store)) throw new Error('the store does not derive from the Store of this workspace')

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
  else next(new Error('the session is not of the class of this workspace'))
})
addRoutes(app)

serve(createServer(app), { store })
