// A store that shares the connection of mongoose: its hosts, credentials, TLS settings and database. The application
// connects and disconnects mongoose as always; the store opens a few connections of its own, which `store.close()` closes.
//
//   npm install connect-mongo-native express express-session mongoose
//   MONGO_URL=mongodb://127.0.0.1:27017/examples node examples/mongoose.mjs

import MongoStore from 'connect-mongo-native'
import express from 'express'
import session from 'express-session'
import mongoose from 'mongoose'

const Visit = mongoose.model('Visit', new mongoose.Schema({ path: String, at: { type: Date, default: Date.now } }))

// The store may be made before the connection is open: it waits.
const store = MongoStore.create({ client: mongoose.connection, collectionName: 'mongoose_sessions' })
await mongoose.connect(process.env.MONGO_URL ?? 'mongodb://127.0.0.1:27017/examples')

const app = express()

app.use(
  session({
    secret: process.env.SESSION_SECRET ?? 'for this example only',
    resave: false,
    saveUninitialized: false,
    store,
  }),
)

app.get('/', async (req, res) => {
  await Visit.create({ path: req.path })
  req.session.visits = (req.session.visits ?? 0) + 1
  res.send(`Visits in this session: ${req.session.visits}, by everybody: ${await Visit.countDocuments()}\n`)
})

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', (error) => {
  if (error) throw error
  console.log(`Listening on http://127.0.0.1:${server.address().port}`)
})

process.once('SIGTERM', () => {
  server.close(async () => {
    await store.close() // the connection of mongoose stays open
    await mongoose.disconnect()
  })
})
