'use strict'

// The document of a session: its size and its dates.

const { MongoStoreError } = require('../../common/errors.js')

/** The largest document that MongoDB stores, and what it has beside id and session, as in `src/mongo/documents.rs`. */
const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024
const FIXED_BYTES = 68
/** The date furthest from 1970. */
const LAST_DATE = 8.64e15 // ms

/** @param {number} size of a document, in bytes */
function checkSize(size) {
  if (size <= MAX_DOCUMENT_BYTES) return
  const message = `The session is too large: its document would have ${size} bytes, and MongoDB stores at most ${MAX_DOCUMENT_BYTES}`
  throw new MongoStoreError('MongoServerError', message, 10334, 'BSONObjectTooLarge')
}

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

module.exports = { FIXED_BYTES, LAST_DATE, checkSize, datesOf, timeOf }
