'use strict'

// What a driver is asked for.

// `now` is the caller's clock, in milliseconds since 1970.

/** Finds sessions that may be returned: those without `expires`, or with a date that is to come. */
const LIVE = (/** @type {number} */ now) => ({
  $or: [{ expires: { $exists: false } }, { expires: { $gt: new Date(now) } }],
})
const EXPIRED = (/** @type {number} */ now) => ({ expires: { $lt: new Date(now) } })
/** The index by which the server removes expired sessions, as connect-mongo describes it. */
const TTL = { background: true, expireAfterSeconds: 0 }
const TTL_KEY = { expires: 1 }
/** Reads ids alone, and from the primary: an id that a secondary has too late would be removed for ever. */
const IDS = { projection: { _id: 1 }, fields: { _id: 1 }, batchSize: 512, readPreference: 'primary' }

/** @import { Index } from './calls.js' */

/**
 * The indexes in a reply of the server, which has all of them in the first batch.
 * @param {unknown} reply
 */
function indexesOf(reply) {
  return /** @type {{cursor?: {firstBatch?: Index[]}} | undefined} */ (reply)?.cursor?.firstBatch ?? []
}

/**
 * Whether an index removes every expired session sooner or later, as in `src/mongo/expiry.rs`.
 * @param {Index} index
 */
function removesExpired({ key = {}, expireAfterSeconds, partialFilterExpression }) {
  const isOfExpires = Object.keys(key).join() === 'expires' && typeof key.expires === 'number'
  return isOfExpires && Number(expireAfterSeconds) >= 0 && partialFilterExpression === undefined
}

module.exports = { EXPIRED, IDS, LIVE, TTL, TTL_KEY, indexesOf, removesExpired }
