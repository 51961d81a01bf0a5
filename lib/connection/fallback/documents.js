'use strict'

// The document of a session: what is in it besides the session.

/** What a document has beside id and session, as in `src/model/session.rs`, in bytes. */
const FIXED_BYTES = 68
/** The date furthest from 1970. */
const LAST_DATE = 8.64e15 // ms

/**
 * @param {number} expires
 * @param {number} [lastModified]
 */
function datesOf(expires, lastModified) {
  /** @type {{expires: Date, lastModified?: Date}} */
  const dates = { expires: new Date(Math.max(-LAST_DATE, Math.min(expires, LAST_DATE))) }
  if (lastModified !== undefined) dates.lastModified = new Date(lastModified)
  return dates
}

/**
 * A stored date in milliseconds; undefined for anything else. The dates of a test runner belong to another realm.
 * @param {unknown} value
 */
function timeOf(value) {
  const isDate = Object.prototype.toString.call(value) === '[object Date]'
  return isDate ? /** @type {Date} */ (value).getTime() : undefined
}

module.exports = { FIXED_BYTES, LAST_DATE, datesOf, timeOf }
