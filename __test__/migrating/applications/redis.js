'use strict'

// An application with connect-redis of the release that RELEASE names, with the client that people had with it.

const { createServer } = require('node:http')
const express = require('express')
const session = require('express-session')
const Redis = require('ioredis')
const { createClient } = require('redis')
const addRoutes = require('./shared/express-routes.js')
const { serve } = require('./shared/serve.js')

const { REDIS_URL, RELEASE } = process.env

const makers = {
  6: () => new (require('connect-redis-6')(session))({ client: new Redis(REDIS_URL) }),
  7: () => new (require('connect-redis-7').default)({ client: new Redis(REDIS_URL) }),
  8: () => new (require('connect-redis-8').RedisStore)({ client: connected() }),
  9: () => new (require('connect-redis-9').RedisStore)({ client: connected() }),
  10: () => new (require('connect-redis-10').RedisStore)({ client: connected() }),
}

function connected() {
  const client = createClient({ url: REDIS_URL })
  client.on('error', (error) => console.error(error))
  client.connect()
  return client
}

const app = express()
app.use(session({ secret: 'keyboard cat', resave: false, saveUninitialized: false, store: makers[RELEASE]() }))
addRoutes(app)

serve(createServer(app), { store: { close: () => process.exit(0) } })
