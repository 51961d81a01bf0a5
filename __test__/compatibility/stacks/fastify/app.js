'use strict'

// Fastify 5 with @fastify/session, which has sessions of its own and takes the stores of express-session.

const fastifyCookie = require('@fastify/cookie')
const fastifySession = require('@fastify/session')
const Fastify = require('fastify')
const MongoStore = require('connect-mongo-native')
const { whenTold } = require('./shared/serve.js')

const { MONGO_URL, VARIANT, MAX_AGE } = process.env
const makers = {
  create: () => MongoStore.create({ mongoUrl: MONGO_URL }),
  // The factory takes whatever has a `Store`, and @fastify/session has one.
  factory: () => new (MongoStore(fastifySession))({ url: MONGO_URL }),
}
const store = makers[VARIANT]()

async function main() {
  const app = Fastify()
  app.register(fastifyCookie)
  app.register(fastifySession, {
    secret: 'a secret of at least thirty-two characters',
    saveUninitialized: false,
    cookie: { secure: false, maxAge: Number(MAX_AGE) },
    store,
  })

  app.get('/me', async ({ session }) => ({ id: session.sessionId, user: session.user ?? null }))
  app.post('/login', async (request) => {
    await request.session.regenerate()
    request.session.user = request.query.user
    return { id: request.session.sessionId }
  })
  app.post('/count', async ({ session }) => {
    session.count = (session.count ?? 0) + 1
    return { id: session.sessionId, count: session.count }
  })
  app.post('/logout', async (request) => {
    await request.session.destroy()
    return {}
  })

  await app.listen({ port: 0, host: '127.0.0.1' })
  console.log(JSON.stringify({ port: app.server.address().port }))
  whenTold(async () => {
    app.server.closeAllConnections()
    await app.close()
    await store.close()
  })
}

main()
