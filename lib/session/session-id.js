'use strict'

// Checks session ids. A session id is a string that MongoDB matches exactly, so two different ids are never the same
// session.

const { warnOnce } = require('../common/warn.js')
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
 * The characters that hold 128 random bits: the least that OWASP ASVS 7.2.3 asks of a session's token. Base64 has 6 bits in a
 * character, and hexadecimal text has 4.
 */
const [ENOUGH, ENOUGH_IN_HEX] = [22, 32]

/**
 * Warns of the id of a session that express-session makes, if it is too short to be safe from guessing.
 * @param {string} sid
 */
function warnOfShort(sid) {
  if (sid.length >= ENOUGH_IN_HEX) return
  if (sid.length >= ENOUGH && /[^\da-f]/i.test(sid)) return
  warnOnce(
    `Session ids have only ${sid.length} characters, so that they may be guessed: let the option genid of express-session ` +
      'make them of 16 random bytes or more, or leave it out',
    'MONGO_STORE_ID',
    'short',
  )
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

module.exports = { sessionId, storedId, warnOfShort }
