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

module.exports = { EXPIRED, IDS, LIVE, TTL, TTL_KEY }
