'use strict'

// An Express 5 application whose sessions live in MongoDB: log in by a name, count visits, see the stored document.
// It must never trust a name before it is checked, nor write HTML itself: that is view.js.
//
//   npm install connect-mongo-native express express-session mongodb
//   MONGO_URL=mongodb://127.0.0.1:27017 PORT=3000 node examples/express-5/app.js

const { randomBytes } = require('node:crypto')
const path = require('node:path')
const { promisify } = require('node:util')
const express = require('express')
const session = require('express-session')
const { BSON } = require('mongodb')
const MongoStore = require('connect-mongo-native')
const view = require('./view.js')

const COOKIE_NAME = 'sid'
const MAX_NAME_LENGTH = 40

/**
 * Build the application and its session store. Nothing listens yet; `await store.collectionP` to know that MongoDB answers.
 *
 * @param {object} options
 * @param {string} options.mongoUrl connection string, e.g. `mongodb://127.0.0.1:27017`
 * @param {string} [options.dbName] database; by default the one the connection string names
 * @param {number} [options.ttl] seconds a session lives after it was last used
 * @param {number} [options.touchAfter] seconds during which an unchanged session is not written again
 * @returns {{ app: import('express').Express, store: any }}
 */
function createApp({ mongoUrl, dbName, ttl = 60 * 60, touchAfter = 60 }) {
  const store = MongoStore.create({
    mongoUrl,
    dbName,
    collectionName: 'demo_sessions',
    ttl,
    touchAfter,
    // A sub-document rather than a JSON string: dates stay dates, and any MongoDB tool can query the session.
    stringify: false,
    mongoOptions: { serverSelectionTimeoutMS: 5000 },
  })

  const cookie = { httpOnly: true, sameSite: 'lax', secure: 'auto', path: '/' }
  const app = express()
  app.disable('x-powered-by')

  app.use((req, res, next) => {
    res.set({
      'Content-Security-Policy':
        "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      'Referrer-Policy': 'same-origin',
      'X-Content-Type-Options': 'nosniff',
    })
    next()
  })
  // Before the session: a style sheet needs none, so it costs no read of the store.
  app.use(express.static(path.join(__dirname, 'public')))

  app.use(
    session({
      name: COOKIE_NAME,
      // Set SESSION_SECRET to keep sessions across restarts: a random one forgets them.
      secret: process.env.SESSION_SECRET || randomBytes(32).toString('hex'),
      // Write when the session changed, otherwise only touch; store nothing for a visitor who has not logged in.
      resave: false,
      saveUninitialized: false,
      cookie,
      store,
    }),
  )
  app.use(express.urlencoded({ extended: false, limit: '4kb' }))
  app.use((req, res, next) => {
    res.set('Cache-Control', 'no-store')
    next()
  })

  app.get('/', async (req, res) => {
    if (!req.session.name) return res.send(view.loginPage({ maxNameLength: MAX_NAME_LENGTH }))

    req.session.visits += 1
    // express-session saves when the response ends; saving now lets the page show the document this visit wrote.
    await saveSession(req)
    const collection = await store.collectionP
    res.send(
      view.sessionPage({
        name: req.session.name,
        visits: req.session.visits,
        document: await storedDocument(collection, req.sessionID),
        namespace: collection.namespace,
        touchAfter,
      }),
    )
  })

  // Changes nothing, so that the store only touches the session: `expires` moves, at most once per `touchAfter`.
  app.get('/session', async (req, res) => {
    if (!req.session.name) return res.redirect(303, '/')
    const document = await storedDocument(await store.collectionP, req.sessionID)
    res.type('json').send(BSON.EJSON.stringify(document, null, 2, { relaxed: false }))
  })

  app.post('/login', async (req, res) => {
    const name = typeof req.body?.name === 'string' ? req.body.name.trim() : ''
    const problem = nameProblem(name)
    if (problem) {
      return res.status(400).send(view.loginPage({ maxNameLength: MAX_NAME_LENGTH, name, problem }))
    }

    // A new session id at each log-in: an id planted in the browser beforehand is worth nothing.
    await promisify(req.session.regenerate).call(req.session)
    req.session.name = name
    req.session.visits = 0
    req.session.loggedInAt = new Date()
    await saveSession(req)
    res.redirect(303, '/')
  })

  app.post('/logout', async (req, res) => {
    await promisify(req.session.destroy).call(req.session)
    res.clearCookie(COOKIE_NAME, { httpOnly: true, sameSite: 'lax', path: '/' })
    res.redirect(303, '/')
  })

  app.use((req, res) => {
    res.status(404).send(view.errorPage({ title: 'Page not found', text: 'There is nothing at this address.' }))
  })

  // Express recognises an error handler by its four parameters.
  app.use((err, req, res, next) => {
    if (res.headersSent) return next(err)
    const { status, title, text } = describeError(err)
    if (status >= 500) console.error(err)
    res.status(status).send(view.errorPage({ title, text }))
  })

  return { app, store }
}

function nameProblem(name) {
  if (name === '') return 'Enter a name.'
  if (name.length > MAX_NAME_LENGTH) return `Use at most ${MAX_NAME_LENGTH} characters.`
  return null
}

/** Read the session as MongoDB holds it. `promoteValues: false` keeps BSON's number types apart. */
function storedDocument(collection, sid) {
  return collection.findOne({ _id: sid }, { promoteValues: false })
}

function saveSession(req) {
  return promisify(req.session.save).call(req.session)
}

/** What a visitor may know of an error; the rest goes to the log. */
function describeError(err) {
  if (/^Mongo/.test(err?.name)) {
    return {
      status: 503,
      title: 'MongoDB does not answer',
      text: 'The session could not be read or written. Check that MongoDB is running, then load the page again.',
    }
  }
  if (err?.status >= 400 && err.status < 500) {
    return { status: err.status, title: 'Bad request', text: 'The server did not understand this request.' }
  }
  return { status: 500, title: 'Something went wrong', text: 'The server’s log has the details.' }
}

async function main() {
  const { app, store } = createApp({ mongoUrl: process.env.MONGO_URL || 'mongodb://127.0.0.1:27017/demo' })
  await store.collectionP

  const port = Number(process.env.PORT || 3000)
  const server = app.listen(port, '127.0.0.1', (err) => {
    if (err) {
      console.error(`Cannot listen on port ${port}: ${err.message}`)
      process.exit(1)
    }
    console.log(`Listening on http://127.0.0.1:${server.address().port}`)
  })

  const stop = () => server.close(() => store.close().then(() => process.exit(0)))
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
}

if (require.main === module) {
  main().catch((err) => {
    console.error(`Cannot start: ${err.message}`)
    process.exit(1)
  })
}

module.exports = { createApp }
