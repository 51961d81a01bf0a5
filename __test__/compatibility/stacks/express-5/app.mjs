// Express 5 with express-session, as a module; the store made as in each generation of connect-mongo.

import { createServer } from 'node:http'
import express from 'express'
import session from 'express-session'
import connectMongo, { MongoStore } from 'connect-mongo-native'
import addRoutes from './shared/express-routes.js'
import { serve } from './shared/serve.js'

const { MONGO_URL, VARIANT, MAX_AGE } = process.env
const makers = {
  factory: () => new (connectMongo(session))({ url: MONGO_URL }),
  create: () => MongoStore.create({ mongoUrl: MONGO_URL }),
  new: () => new MongoStore({ mongoUrl: MONGO_URL, timestamps: true }),
}
const store = makers[VARIANT]()

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
addRoutes(app)

serve(createServer(app), { store })
