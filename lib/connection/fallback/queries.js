'use strict'

// The queries and updates for a driver.

// `now` is the caller's clock, in milliseconds since 1970.

/** Matches sessions that may be returned: those without `expires`, or with a date in the future. */
const LIVE = (/** @type {number} */ now) => ({
  $or: [{ expires: { $exists: false } }, { expires: { $gt: new Date(now) } }],
})
const EXPIRED = (/** @type {number} */ now) => ({ expires: { $lt: new Date(now) } })
/** The index by which the server removes expired sessions, as connect-mongo defines it. */
const TTL = { background: true, expireAfterSeconds: 0 }
const TTL_KEY = { expires: 1 }
/**
 * Reads only ids, and from the primary. A secondary may have an outdated list, and what is on it would be removed for
 * good.
 */
const IDS = { projection: { _id: 1 }, fields: { _id: 1 }, batchSize: 512, readPreference: 'primary' }

/** @import { Index } from './calls.js' */

/**
 * The indexes in a reply of the server, whose first batch contains all of them.
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
