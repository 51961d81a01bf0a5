// Probes for an orchestrator such as Kubernetes. /livez says that the process answers, and /readyz that its sessions can be
// read: 503 with a reason while MongoDB is away.
//
//   npm install connect-mongo-native express express-session
//   MONGO_URL=mongodb://127.0.0.1:27017/examples node examples/health.mjs
//   curl -i http://127.0.0.1:3000/readyz

import MongoStore from 'connect-mongo-native'
import express from 'express'
import session from 'express-session'

const store = MongoStore.create({
  mongoUrl: process.env.MONGO_URL ?? 'mongodb://127.0.0.1:27017/examples',
  collectionName: 'health_sessions',
})

/** How long a probe waits, in milliseconds. Kubernetes gives it one second, unless `timeoutSeconds` says otherwise. */
const PATIENCE = 800

/** @type {Promise<null> | undefined} */
let reading

/**
 * Reads a session that is not there, as a request would. The store goes on looking for a server when a probe has given up,
 * so probes share one read.
 */
function readNothing() {
  reading ??= store.get('readiness probe').finally(() => {
    reading = undefined
  })
  return reading
}

/** Gives the reason why sessions can't be read now; null if they can. */
async function obstacle() {
  let timer
  const patience = new Promise((resolve) => {
    timer = setTimeout(resolve, PATIENCE, 'no answer in time')
  })
  try {
    return await Promise.race([readNothing(), patience])
  } catch (error) {
    // The message names hosts: it belongs in the log, and not in an answer that anybody may read.
    console.error('readiness:', error.message)
    return error.name
  } finally {
    clearTimeout(timer)
  }
}

const app = express()

// Before the session middleware: a probe has no session, and needs none.
app.get('/livez', (_req, res) => {
  res.json({ status: 'ok' })
})

app.get('/readyz', async (_req, res) => {
  const reason = await obstacle()
  if (reason === null) res.json({ status: 'ok' })
  else res.status(503).json({ status: 'unavailable', reason })
})

app.use(
  session({
    secret: process.env.SESSION_SECRET ?? 'for this example only',
    resave: false,
    saveUninitialized: false,
    store,
  }),
)

app.get('/', (req, res) => {
  req.session.visits = (req.session.visits ?? 0) + 1
  res.send(`Visits in this session: ${req.session.visits}\n`)
})

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', (error) => {
  if (error) throw error
  console.log(`Listening on http://127.0.0.1:${server.address().port}`)
})
