'use strict'

// What a session id may be: a string that MongoDB matches exactly. Two different ids are never the same session.

/** A cookie has 4,096 bytes at the most, so that no id which a browser sends is longer than this. */
const LONGEST = 8192

/** Whether no half of a surrogate pair stands alone: as UTF-8, all of these would become the same character. */
function isWellFormed(text) {
  return text.isWellFormed?.() ?? !/\p{Surrogate}/u.test(text)
}

/** The error for a value that is not a session id; null for one that is. It does not quote the value. */
function sidError(sid) {
  if (typeof sid !== 'string') {
    return new TypeError(`The session id must be a string, not ${sid === null ? 'null' : `of type ${typeof sid}`}`)
  }
  if (sid === '') return new TypeError('The session id must not be empty')
  if (sid.length > LONGEST) return new RangeError(`The session id must have at most ${LONGEST} characters`)
  if (!isWellFormed(sid)) return new TypeError('The session id must be well-formed Unicode')
  return null
}

/** The same for what `transformId` made of an id, which may be any BSON value. */
function storageIdError(id) {
  if (id === undefined || id === null) return new TypeError('transformId gave no id')
  if (typeof id === 'string' && !isWellFormed(id))
    return new TypeError('transformId gave an id that is not well-formed Unicode')
  return null
}

module.exports = { sidError, storageIdError }
