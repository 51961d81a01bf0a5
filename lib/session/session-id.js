'use strict'

// What a session id may be: a string that MongoDB matches exactly. Two different ids are never the same session.

const { wrap } = require('./field.js')

/** A cookie has at most 4,096 bytes, so that no id which a browser sends is longer than this. */
const LONGEST = 8192

/**
 * Whether no half of a surrogate pair stands alone: as UTF-8, all of these would become the same character.
 * @param {string & {isWellFormed?: () => boolean}} text
 */
function isWellFormed(text) {
  return text.isWellFormed?.() ?? !/\p{Surrogate}/u.test(text)
}

/**
 * A session id as it is.
 * @param {unknown} sid
 * @throws {TypeError | RangeError} for a value that is no session id, without quoting it
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
 * The `_id` that was made of a session id, which may be any BSON value, as it crosses to a carrier.
 * @param {unknown} id
 * @throws {TypeError} when there is none
 */
function storedId(id) {
  if (id === undefined || id === null) throw new TypeError('transformId returned no id')
  if (typeof id === 'string' && !isWellFormed(id)) {
    throw new TypeError('transformId returned an id that is not well-formed Unicode')
  }
  return wrap(id)
}

module.exports = { sessionId, storedId }
