'use strict'

// The statistics of a store: `store.stats()`, and a diagnostics channel for each method.

const { channel } = require('node:diagnostics_channel')

/** @import { Statistics } from '../common/native.js' */

/**
 * Where the sessions of a store are.
 * @typedef {object} Place
 * @property {string} [database] unknown while a connection that was given is opening
 * @property {string} collection
 */

/**
 * Times in milliseconds.
 * @typedef {{mean: number, p50: number, p99: number, p999: number, max: number}} Latency
 */

/**
 * What a store has done so far, as the types describe it.
 * @typedef {object} StoreStats
 * @property {Record<string, {count: number, latency: Latency}>} operations by the store's methods
 * @property {number} batches
 * @property {number} meanBatchSize
 * @property {number} queueDepth
 * @property {number} inFlight
 * @property {number} retries
 * @property {number} savesLeftOut
 * @property {number} conflicts
 * @property {Record<string, number>} errors by their names
 */

/** The channels, by the methods of the store. Subscribers get a message for each answered operation. */
const CHANNELS = Object.fromEntries(
  ['get', 'set', 'touch', 'destroy', 'all', 'length', 'clear', 'close', 'removeExpired'].map((operation) => [
    operation,
    channel(`connect-mongo-native:${operation}`),
  ]),
)

/** @type {Statistics} */
const NOTHING = { batches: 0, steps: 0, retries: 0, waiting: 0, inFlight: 0, latencies: [], errors: [] }

/**
 * The addon's statistics in the shape of the types, with times in milliseconds.
 * @param {Statistics | undefined} statistics
 * @param {{savesLeftOut: number, conflicts: number}} saves what only the core knows
 * @returns {StoreStats}
 */
function shape(statistics, { savesLeftOut, conflicts }) {
  const { batches, steps, retries, waiting, inFlight, latencies, errors } = statistics ?? NOTHING
  /** @type {StoreStats['operations']} */
  const operations = {}
  for (const { operation, count, mean, p50, p99, p999, max } of latencies) {
    const latency = { mean: mean / 1000, p50: p50 / 1000, p99: p99 / 1000, p999: p999 / 1000, max: max / 1000 }
    operations[operation] = { count, latency }
  }
  return {
    operations,
    batches,
    meanBatchSize: batches === 0 ? 0 : steps / batches,
    queueDepth: waiting,
    inFlight,
    retries,
    savesLeftOut,
    conflicts,
    errors: Object.fromEntries(errors.map(({ name, count }) => [name, count])),
  }
}

module.exports = { CHANNELS, shape }
