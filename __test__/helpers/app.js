'use strict'

// A small application with sessions, for each combination of a framework and a way to create the store. It serves HTTP
// on its own port. The tests inspect the stored data through an independent client.

const { randomBytes } = require('node:crypto')
const { once } = require('node:events')
const { createServer } = require('node:http')
const session = require('express-session')
const MongoStore = require('connect-mongo-native')
const { Browser } = require('./browser.js')
const { useServer } = require('./server.js')

const FRAMEWORKS = { 'Express 5': require('express'), 'Express 4': require('express-4') }

/** The two styles: each creates a store from a connection string, a collection and the shared options. */
const STYLES = {
  'MongoStore.create': (mongoUrl, collectionName, options) =>
    MongoStore.create({ mongoUrl, collectionName, ...options }),
  'MongoStore(session)': (url, collection, options) => new (MongoStore(session))({ url, collection, ...options }),
}

/** Every framework with every style: `{ name, express, makeStore }`. */
const SETUPS = Object.entries(FRAMEWORKS).flatMap(([framework, express]) =>
  Object.entries(STYLES).map(([style, makeStore]) => ({ name: `${framework} with ${style}`, express, makeStore })),
)

/** Call it at the top of a test file. Returns `start(t, options)` for applications that stop after their test. */
function useApps() {
  const server = useServer()
  return async (t, options) => {
    const app = await startApp({ server, ...options })
    t.after(() => app.close())
    return app
  }
}

/**
 * Serves an application.
 *
 * - `setup`: one of SETUPS.
 * - `server`: from `server.js`.
 * - `store`, `session`: options of the store and of express-session, added to those of every application here.
 * - `routes(app, helpers)`: adds routes.
 *
 * Resolves with the application: `store`, `origin`, the `collection` of the independent driver, `errors` that reached the error
 * handler, `browser()`, `watchWrites()` and `close()`.
 */
async function startApp({ setup, server, store: storeOptions, session: sessionOptions, routes }) {
  const database = server.freshDb()
  const db = server.db(database)
  const collectionName = `sessions-${randomBytes(3).toString('hex')}`
  const store = setup.makeStore(server.url(database), collectionName, storeOptions)
  const errors = []

  const app = setup.express()
  app.use(
    session({
      secret: 'the secret of a test',
      resave: false,
      saveUninitialized: false,
      cookie: { maxAge: 3_600_000 },
      store,
      ...sessionOptions,
    }),
  )
  addRoutes(app)
  routes?.(app, db.collection(collectionName))
  app.use((error, _req, res, _next) => {
    errors.push(error)
    if (!res.headersSent) res.status(500).json({ error: error.message })
  })

  // A server that closes idle connections cuts off a request that comes at that moment.
  const http = createServer({ keepAliveTimeout: 0 }, app)
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const origin = `http://127.0.0.1:${http.address().port}`
  return {
    store,
    errors,
    origin,
    collection: db.collection(collectionName),
    browser: () => new Browser(origin),
    watchWrites: () => watchWrites(db, `${database}.${collectionName}`),
    async close() {
      http.closeAllConnections()
      http.close()
      await store.close()
      await db.command({ profile: 0 })
    },
  }
}

/** Typical uses of sessions in applications. `id` is the session's id, and the `_id` of its document. */
function addRoutes(app) {
  app.get('/health', (_req, res) => res.json({}))
  app.get('/me', (req, res) => {
    res.json({ id: req.sessionID, user: req.session.user ?? null })
  })
  app.post('/login', (req, res, next) => {
    req.session.regenerate((error) => {
      if (error) return next(error)
      req.session.user = req.query.user
      res.json({ id: req.sessionID })
    })
  })
  app.post('/count', (req, res) => {
    req.session.count = (req.session.count ?? 0) + 1
    res.json({ id: req.sessionID, count: req.session.count })
  })
  app.post('/logout', (req, res, next) => {
    req.session.destroy((error) => (error ? next(error) : res.json({})))
  })
}

/** Starts to profile writes. Returns a function that returns the number of writes since its last call. */
async function watchWrites(db, ns) {
  await db.command({ profile: 2 })
  const noted = () =>
    db.collection('system.profile').countDocuments({ ns, op: { $in: ['insert', 'update', 'remove'] } })
  let before = await noted()
  return async () => {
    const now = await noted()
    const since = now - before
    before = now
    return since
  }
}

module.exports = { SETUPS, useApps }
