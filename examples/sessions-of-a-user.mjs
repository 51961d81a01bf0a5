// The sessions of one user: list the devices where somebody is logged in, and log them all out.
//
//   npm install connect-mongo-native express express-session
//   MONGO_URL=mongodb://127.0.0.1:27017/examples node examples/sessions-of-a-user.mjs
//
// What it costs: with `stringify: false` a session is stored as a subdocument, which MongoDB can query. The index below
// has an entry for each session of a logged-in user, so a log-in writes one more. A query without such an index reads all
// sessions. Encrypted sessions can't be queried: keep the ids of a user's sessions in a collection of your own then.

import MongoStore from 'connect-mongo-native'
import express from 'express'
import session from 'express-session'

const store = MongoStore.create({
  mongoUrl: process.env.MONGO_URL ?? 'mongodb://127.0.0.1:27017/examples',
  collectionName: 'user_sessions',
  stringify: false,
})

// A collection of the `mongodb` package. Visitors who are not logged in are not in the index.
const sessions = await store.collectionP
await sessions.createIndex(
  { 'session.user': 1 },
  { partialFilterExpression: { 'session.user': { $exists: true } }, name: 'by user' },
)

/** The live sessions of a user. Expired ones may be there for a minute: MongoDB removes them in the background. */
function sessionsOf(user) {
  return sessions.find({ 'session.user': user, expires: { $gt: new Date() } }).toArray()
}

const app = express()

app.use(
  session({
    secret: process.env.SESSION_SECRET ?? 'for this example only',
    resave: false,
    saveUninitialized: false,
    cookie: { maxAge: 24 * 60 * 60 * 1000 },
    store,
  }),
)

app.get('/', (req, res) => {
  res.send(`${req.session.user ?? 'Nobody'} is logged in here.\n`)
})

// A real application asks for a password.
app.post('/login', (req, res, next) => {
  req.session.regenerate((error) => {
    if (error) return next(error)
    // A name from a form is text, never an object such as `{ $ne: null }`.
    req.session.user = String(req.query.user)
    req.session.device = req.get('user-agent')
    req.session.since = new Date()
    res.sendStatus(204)
  })
})

/** Lets only logged-in users pass. */
function loggedIn(req, res, next) {
  if (req.session.user === undefined) res.sendStatus(401)
  else next()
}

app.get('/devices', loggedIn, async (req, res) => {
  const found = await sessionsOf(req.session.user)
  // Never send an `_id` to a browser: it is the session id, and whoever has the secret can make a cookie of it.
  res.json(found.map(({ _id, session: { device, since } }) => ({ device, since, isThisOne: _id === req.sessionID })))
})

app.post('/logout-everywhere', loggedIn, async (req, res) => {
  const found = await sessionsOf(req.session.user)
  // By the store and not by `deleteMany`: the store keeps the order of operations, and sends these in one batch. A request
  // that is under way elsewhere and changes its session stores it again. If that matters, keep the time of the last "log
  // out everywhere" with the user, and refuse sessions whose `since` is before it.
  await Promise.all(found.map(({ _id }) => store.destroy(_id)))
  req.session.destroy(() => res.sendStatus(204))
})

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', (error) => {
  if (error) throw error
  console.log(`Listening on http://127.0.0.1:${server.address().port}`)
})
