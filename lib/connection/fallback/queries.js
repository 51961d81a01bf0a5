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
const TTL_INDEX = { key: TTL_KEY, name: 'expires_1', ...TTL }
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

// Which indexes remove expired sessions, as in `src/mongo/expiry.rs`.

/**
 * Whether an index removes documents some time after the date in `expires`.
 * @param {Index} index
 */
function removesExpired(index) {
  return isOf(index, 'expires') && Number(index.expireAfterSeconds) >= 0
}

/**
 * Whether an index of Azure Cosmos DB removes documents some time after their last change. The value -1 leaves that to a
 * field of each document, which sessions don't have.
 * @param {Index} index
 */
function removesUnchanged(index) {
  return isOf(index, '_ts') && Number(index.expireAfterSeconds) > 0
}

/**
 * Whether an index has all documents, by this field alone.
 * @param {Index} index
 * @param {string} field
 */
function isOf({ key = {}, partialFilterExpression }, field) {
  return Object.keys(key).join() === field && typeof key[field] === 'number' && partialFilterExpression === undefined
}

/**
 * Whether a reply is one of an old version of Azure Cosmos DB. No TTL index has an effect there but those on `_ts`:
 * https://learn.microsoft.com/azure/cosmos-db/mongodb/time-to-live.
 * @param {unknown} reply
 */
function isOfCosmos(reply) {
  return reply !== null && typeof reply === 'object' && '_t' in reply
}

module.exports = {
  EXPIRED,
  IDS,
  LIVE,
  TTL,
  TTL_INDEX,
  TTL_KEY,
  indexesOf,
  isOfCosmos,
  removesExpired,
  removesUnchanged,
}
