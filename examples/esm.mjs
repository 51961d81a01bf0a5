// The class API of connect-mongo 4 to 6, from an ECMAScript module.
//
//   npm install connect-mongo-native express express-session
//   MONGO_URL=mongodb://127.0.0.1:27017/examples node examples/esm.mjs

import MongoStore from 'connect-mongo-native'
import express from 'express'
import session from 'express-session'

const store = MongoStore.create({
  mongoUrl: process.env.MONGO_URL ?? 'mongodb://127.0.0.1:27017/examples',
  collectionName: 'esm_sessions',
  ttl: 60 * 60, // seconds
  touchAfter: 5 * 60, // seconds: an unchanged session is written again only after that time
})

// Not needed: the store waits for its connection by itself. Awaited here to end with an error if MongoDB is not there.
await store.length()

const app = express()

app.use(
  session({
    secret: process.env.SESSION_SECRET ?? 'for this example only',
    resave: false,
    saveUninitialized: false,
    cookie: { httpOnly: true, sameSite: 'lax' },
    store,
  }),
)

app.get('/', (req, res) => {
  req.session.visits = (req.session.visits ?? 0) + 1
  res.send(`Visits in this session: ${req.session.visits}\n`)
})

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', (error) => {
  if (error) throw error
  console.log(`Listening on http://127.0.0.1:${server.address().port}`)
})
