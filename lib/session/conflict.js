'use strict'

// A conflict: a session that is saved was changed by another request after it was read. Sessions are compared key by key
// at their top level.

const { isDeepStrictEqual } = require('node:util')
const { conflictError } = require('../common/errors.js')

/** @import { Awaitable } from '../common/promises.js' */
/** @import { Session } from './codec.js' */

/**
 * The three versions of a session in a conflict, as `get` would return them.
 * @typedef {object} Conflict
 * @property {string} sid
 * @property {Session} base the session as it was read
 * @property {Session} mine the session as it is saved
 * @property {Session} theirs the session as it is stored now
 */

/** @typedef {'merge' | 'error' | ((conflict: Conflict) => Awaitable<Session>)} OnConflict the option */

/** By how much `originalMaxAge` may differ: express-session loses up to a millisecond each time it moves a cookie. */
const DRIFT = 1000 // ms

const NO_DATES = { expires: undefined, originalMaxAge: undefined }

/**
 * Whether two cookies are the same but for their dates, which move with each request.
 * @param {unknown} one
 * @param {unknown} other
 */
function isSameCookie(one, other) {
  if (!isObject(one) || !isObject(other)) return isDeepStrictEqual(one, other)
  const { originalMaxAge: age } = one
  const { originalMaxAge: otherAge } = other
  const isSameAge = age === otherAge || Math.abs(age - otherAge) < DRIFT
  return isSameAge && isDeepStrictEqual({ ...one, ...NO_DATES }, { ...other, ...NO_DATES })
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, any>}
 */
function isObject(value) {
  return typeof value === 'object' && value !== null
}

/**
 * The keys whose values differ, and those that only one of two versions has.
 * @param {Session} one
 * @param {Session} other
 */
function changedKeys(one, other) {
  const keys = new Set([...Object.keys(one), ...Object.keys(other)])
  return [...keys].filter((key) => {
    if (!Object.hasOwn(one, key) || !Object.hasOwn(other, key)) return true
    const isSame = key === 'cookie' ? isSameCookie : isDeepStrictEqual
    return !isSame(one[key], other[key])
  })
}

/**
 * The stored version with what the save has changed.
 * @param {Conflict} conflict
 * @param {string[]} changed the keys that differ between `base` and `mine`
 * @returns {Session}
 */
function merge({ mine, theirs }, changed) {
  const merged = { ...theirs }
  for (const key of changed) {
    if (Object.hasOwn(mine, key)) {
      // An assignment to `__proto__` would do something else.
      Object.defineProperty(merged, key, { value: mine[key], writable: true, enumerable: true, configurable: true })
    } else delete merged[key]
  }
  // Where nobody has changed more of the cookie than its dates, the later one counts.
  if (isSameCookie(theirs.cookie, mine.cookie) && isLater(mine.cookie, theirs.cookie)) merged.cookie = mine.cookie
  return merged
}

/**
 * @param {unknown} one
 * @param {unknown} other
 */
function isLater(one, other) {
  return isObject(one) && isObject(other) && new Date(one.expires).getTime() > new Date(other.expires).getTime()
}

/**
 * What to store in a conflict, or a promise of it. Where only one side has changed the session, there is nothing to decide.
 * @param {OnConflict} onConflict
 * @param {Conflict} conflict
 * @param {() => void} onBoth is called if both sides have changed the session
 * @returns {Awaitable<Session>}
 * @throws {Error} if a conflict is an error, or what the application's function throws
 */
function resolve(onConflict, conflict, onBoth) {
  const { base, mine, theirs } = conflict
  const changed = changedKeys(base, mine)
  if (changed.length === 0 || changedKeys(base, theirs).length === 0) return merge(conflict, changed)
  onBoth()
  if (onConflict === 'error') throw conflictError()
  return onConflict === 'merge' ? merge(conflict, changed) : onConflict(conflict)
}

module.exports = { resolve }
