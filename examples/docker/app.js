'use strict'

// A server with sessions for a container: it tells a probe that it is up, and ends when the container is stopped.
//
//   docker compose up --build
//
// Or without a container: `npm install`, then `MONGO_URL=mongodb://127.0.0.1:27017/app node app.js`.

const express = require('express')
const session = require('express-session')
const MongoStore = require('connect-mongo-native')

/** How long requests that are under way may take after the signal, in ms. Docker kills a container after 10 seconds. */
const PATIENCE = 8_000

const store = MongoStore.create({ mongoUrl: process.env.MONGO_URL })
const app = express()

// Above the sessions, so that a probe needs no session and no MongoDB.
app.get('/health', (req, res) => res.send('up\n'))

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

// On all addresses: 127.0.0.1 would be reachable only from inside the container.
const server = app.listen(Number(process.env.PORT || 3000), (err) => {
  if (err) throw err
  console.log(`Listening on http://127.0.0.1:${server.address().port}`)
})

process.once('SIGTERM', stop)
process.once('SIGINT', stop)

function stop() {
  server.prependListener('request', (req, res) => res.setHeader('Connection', 'close'))
  server.close(async () => {
    await store.close()
    process.exit()
  })
  setTimeout(() => process.exit(), PATIENCE)
}
