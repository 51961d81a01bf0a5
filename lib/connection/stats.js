'use strict'

// What a store tells about itself: `store.stats()`, and a diagnostics channel for each kind of operation.

const { channel } = require('node:diagnostics_channel')

/** The channels, by the store's methods. Who subscribes gets a message for each operation that is answered. */
const CHANNELS = Object.fromEntries(
  ['get', 'set', 'touch', 'destroy', 'all', 'length', 'clear', 'close', 'removeExpired'].map((operation) => [
    operation,
    channel(`connect-mongo-native:${operation}`),
  ]),
)

const NOTHING = { batches: 0, steps: 0, retries: 0, waiting: 0, inFlight: 0, latencies: [], errors: [] }

/** The addon's statistics in the shape of the types; times in milliseconds. */
function shape({ batches, steps, retries, waiting, inFlight, latencies, errors } = NOTHING) {
  const operations = {}
  for (const { operation, count, ...times } of latencies) {
    for (const name of Object.keys(times)) times[name] /= 1000
    operations[operation] = { count, latency: times }
  }
  return {
    operations,
    batches,
    meanBatchSize: batches === 0 ? 0 : steps / batches,
    queueDepth: waiting,
    inFlight,
    retries,
    errors: Object.fromEntries(errors.map(({ name, count }) => [name, count])),
  }
}

module.exports = { CHANNELS, shape }
