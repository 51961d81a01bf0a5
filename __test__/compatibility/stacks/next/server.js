'use strict'

// Next.js behind a custom server. Its session middleware runs before Next sees a request.

const { createServer } = require('node:http')
const session = require('express-session')
const next = require('next')
const MongoStore = require('connect-mongo-native')
const { serve } = require('./shared/serve.js')

const { MONGO_URL, MAX_AGE } = process.env
const store = MongoStore.create({ mongoUrl: MONGO_URL })
const sessions = session({
  secret: 'keyboard cat',
  resave: false,
  saveUninitialized: false,
  cookie: { maxAge: Number(MAX_AGE) },
  store,
})

async function main() {
  const app = next({ dev: false })
  await app.prepare()
  const handle = app.getRequestHandler()
  const server = createServer((req, res) => {
    sessions(req, res, (error) => {
      if (!error) return handle(req, res)
      res.statusCode = 500
      res.end()
    })
  })
  serve(server, { store, close: () => app.close() })
}

main()
