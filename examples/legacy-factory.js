'use strict'

// The API of connect-mongo 1 to 3, unchanged: call the module with express-session, then `new` the class it returns.
//
//   npm install connect-mongo-native express express-session
//   MONGO_URL=mongodb://127.0.0.1:27017/examples node examples/legacy-factory.js

const express = require('express')
const session = require('express-session')
const MongoStore = require('connect-mongo-native')(session)

const store = new MongoStore({
  url: process.env.MONGO_URL || 'mongodb://127.0.0.1:27017/examples', // `url`, where later versions say `mongoUrl`
  collection: 'legacy_sessions', // `collection`, where later versions say `collectionName`
  ttl: 60 * 60, // seconds
})

// This generation tells its state by events.
store.on('connected', () => console.log('The store is connected to MongoDB.'))

const app = express()

app.use(
  session({
    secret: process.env.SESSION_SECRET || 'for this example only',
    resave: false,
    saveUninitialized: false,
    cookie: { httpOnly: true, sameSite: 'lax' },
    store,
  }),
)

app.get('/', (req, res) => {
  req.session.visits = (req.session.visits || 0) + 1
  res.send(`Visits in this session: ${req.session.visits}\n`)
})

const server = app.listen(Number(process.env.PORT || 3000), '127.0.0.1', (error) => {
  if (error) throw error
  console.log(`Listening on http://127.0.0.1:${server.address().port}`)
})
