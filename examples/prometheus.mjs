// Metrics of a session store for Prometheus: durations, errors, retries, waiting operations and process warnings.
//
//   npm install connect-mongo-native express express-session prom-client
//   MONGO_URL=mongodb://127.0.0.1:27017/examples node examples/prometheus.mjs
//   curl http://127.0.0.1:3000/metrics

import { subscribe } from 'node:diagnostics_channel'
import MongoStore from 'connect-mongo-native'
import express from 'express'
import session from 'express-session'
import { Counter, Gauge, Histogram, register } from 'prom-client'

const store = MongoStore.create({
  mongoUrl: process.env.MONGO_URL ?? 'mongodb://127.0.0.1:27017/examples',
  collectionName: 'prometheus_sessions',
})

// A diagnostics channel has a message for each operation when it is answered.
const durations = new Histogram({
  name: 'session_store_operation_duration_seconds',
  help: 'Time from the call of a method of the session store to its answer.',
  labelNames: ['operation'],
  buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 40],
})
const errors = new Counter({
  name: 'session_store_errors_total',
  help: 'Operations of the session store that failed.',
  labelNames: ['operation', 'error'],
})

for (const operation of ['get', 'set', 'touch', 'destroy', 'all', 'length', 'clear']) {
  subscribe(`connect-mongo-native:${operation}`, ({ duration, error }) => {
    durations.observe({ operation }, duration / 1000)
    if (error) errors.inc({ operation, error: error.name })
  })
}

// The store counts the rest itself. `collect` is called when Prometheus asks.
new Gauge({
  name: 'session_store_waiting_operations',
  help: 'Operations of the session store that wait to be sent.',
  collect() {
    this.set(store.stats().queueDepth)
  },
})
new Gauge({
  name: 'session_store_in_flight_operations',
  help: 'Operations of the session store that are sent and not answered.',
  collect() {
    this.set(store.stats().inFlight)
  },
})

/** A counter that shows what `value` gives of the statistics. */
function countOf(name, help, value) {
  return new Counter({
    name,
    help,
    collect() {
      this.reset()
      this.inc(value(store.stats()))
    },
  })
}
countOf('session_store_retries_total', 'Attempts after the first one.', ({ retries }) => retries)
countOf('session_store_batches_total', 'Batches sent to MongoDB.', ({ batches }) => batches)
countOf('session_store_batched_operations_total', 'Operations in these batches.', ({ batches, meanBatchSize }) =>
  Math.round(batches * meanBatchSize),
)

const warnings = new Counter({
  name: 'session_store_warnings_total',
  help: 'Process warnings of the session store.',
  labelNames: ['code'],
})
// From zero, so that the first warning is an increase.
for (const code of ['ADDON', 'CONNECTION', 'EXPIRY', 'INDEX', 'OPTION', 'SECRET', 'TRANSPORT', 'UNREADABLE']) {
  warnings.inc({ code: `MONGO_STORE_${code}` }, 0)
}
process.on('warning', ({ name, code }) => {
  if (name === 'MongoStoreWarning') warnings.inc({ code })
})

const app = express()

// Before the session middleware: Prometheus has no session. Keep this route away from the public.
app.get('/metrics', async (_req, res) => {
  res.type(register.contentType).send(await register.metrics())
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
