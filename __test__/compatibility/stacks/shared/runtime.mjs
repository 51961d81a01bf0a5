// Express 5 as an ES module for every runtime: the counterpart of runtime.js, with the exports that `import` provides.

import { createServer } from 'node:http'
import connectMongo, { MongoStore } from 'connect-mongo-native'
import express from 'express'
import session from 'express-session'
import { MongoClient } from 'mongodb'
import addRoutes from './express-routes.js'
import { serve } from './serve.js'

const { MONGO_URL, VARIANT, MAX_AGE } = process.env
const clientPromise = MongoClient.connect(MONGO_URL)
const makers = {
  'factory, ESM': () => new (connectMongo(session))({ url: MONGO_URL }),
  'create, ESM': () => MongoStore.create({ mongoUrl: MONGO_URL }),
  'clientPromise, ESM': () => MongoStore.create({ clientPromise }),
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

const client = await clientPromise
serve(createServer(app), {
  store,
  own: () => client.db().collection('things').insertOne({ name: 'a thing' }),
  close: () => client.close(),
})
