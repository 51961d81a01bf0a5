'use strict'

// A server that ends without losing a request or a session when Docker, Kubernetes, systemd, PM2 or Ctrl-C stops it.
//
//   MONGO_URL=mongodb://127.0.0.1:27017/examples node examples/graceful-shutdown.js

const express = require('express')
const session = require('express-session')
const MongoStore = require('connect-mongo-native')

/** How long requests that are under way may take after the signal, in ms. Docker kills a container after 10 seconds. */
const PATIENCE = 8_000

const store = MongoStore.create({ mongoUrl: process.env.MONGO_URL || 'mongodb://127.0.0.1:27017/examples' })
const app = express()

app.use(
  session({
    secret: process.env.SESSION_SECRET || 'for this example only',
    resave: false,
    saveUninitialized: false,
    store,
  }),
)

app.get('/', (req, res) => {
  req.session.visits = (req.session.visits ?? 0) + 1
  res.send(`Visits in this session: ${req.session.visits}\n`)
})

const server = app.listen(Number(process.env.PORT || 3000), '127.0.0.1', (err) => {
  if (err) throw err
  console.log(`Listening on http://127.0.0.1:${server.address().port}`)
  process.send?.('ready') // for a process manager that waits for it
})

process.once('SIGTERM', stop)
process.once('SIGINT', stop)

function stop() {
  // Clients that keep their connection open must send the next request to another server.
  server.prependListener('request', (req, res) => res.setHeader('Connection', 'close'))
  // Answers what is under way, and waits for what the store is doing.
  server.close(async () => {
    await store.close()
    process.exit()
  })
  // If MongoDB is gone, requests wait for it longer than the process may live.
  setTimeout(() => process.exit(), PATIENCE)
}
