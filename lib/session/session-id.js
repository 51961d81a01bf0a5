'use strict'

// Checks session ids. A session id is a string that MongoDB matches exactly, so two different ids are never the same
// session.

const { wrap } = require('./field.js')

/** A cookie has at most 4,096 bytes, so a browser sends no longer id than this. */
const LONGEST = 8192

/**
 * Whether a text has no lone half of a surrogate pair. As UTF-8, all of these would become the same character.
 * @param {string & {isWellFormed?: () => boolean}} text
 */
function isWellFormed(text) {
  return text.isWellFormed?.() ?? !/\p{Surrogate}/u.test(text)
}

/**
 * Returns a session id unchanged.
 * @param {unknown} sid
 * @throws {TypeError | RangeError} for a value that is not a session id, without quoting it
 */
function sessionId(sid) {
  if (typeof sid !== 'string') {
    throw new TypeError(`The session id must be a string, not ${sid === null ? 'null' : `of type ${typeof sid}`}`)
  }
  if (sid === '') throw new TypeError('The session id must not be empty')
  if (sid.length > LONGEST) throw new RangeError(`The session id must have at most ${LONGEST} characters`)
  if (!isWellFormed(sid)) throw new TypeError('The session id must be well-formed Unicode')
  return sid
}

/**
 * Converts the `_id` of a session, which may be any BSON value, to the form in which it crosses to a carrier.
 * @param {unknown} id
 * @throws {TypeError} if there is none
 */
function storedId(id) {
  if (id === undefined || id === null) throw new TypeError('transformId returned no id')
  if (typeof id === 'string' && !isWellFormed(id)) {
    throw new TypeError('transformId returned an id that is not well-formed Unicode')
  }
  return wrap(id)
}

module.exports = { sessionId, storedId }
