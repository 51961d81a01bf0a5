'use strict'

// Converts a session to its stored form and back: serialisation, expiry, and the fields next to the session. `get`
// returns an object, null or an error, whatever is in the document, and no error quotes the document.

const { FORGOTTEN, decrypt, encrypt } = require('../encryption/encryption.js')
const { Promise, isThenable } = require('../common/promises.js')
const { warnOnce } = require('../common/warn.js')
const { unwrap, wrap } = require('./field.js')
const { KnownSession } = require('./known.js')

/** @import { Value } from '../common/native.js' */
/** @import { Awaitable } from '../common/promises.js' */
/** @import { Encryption } from '../encryption/encryption.js' */

/**
 * A session in the application.
 * @typedef {Record<string, any>} Session
 */

/**
 * The functions that convert a session to its stored value and back. Each may return a promise.
 * @typedef {object} Hooks
 * @property {(session: Session) => unknown} serialize
 * @property {(stored: unknown) => unknown} unserialize
 */

/**
 * When a session expires and when it was last written, in milliseconds since 1970.
 * @typedef {{expires: number, lastModified: number | undefined}} NewDates
 */

/**
 * What a set writes. `now` is the caller's clock; `isKnown` tells whether the session was read under this id, so that it is
 * written only if it still exists.
 * @typedef {{now: number, value: Value} & NewDates & {isKnown: boolean}} SessionDocument
 */

/**
 * The session as a plain object, for `stringify: false`. The cookie is converted by its `toJSON`, as in connect-mongo.
 * @param {Session} session
 */
function toPlainObject(session) {
  if (session === null || typeof session !== 'object') {
    throw new TypeError(`set needs a session object, but got ${session === null ? 'null' : `a ${typeof session}`}`)
  }
  /** @type {Session} */
  const plain = { ...session }
  if (typeof plain.cookie?.toJSON === 'function') plain.cookie = plain.cookie.toJSON()
  return plain
}

/**
 * The hooks of a store, from its options. If one hook is given, `stringify` does not apply to the other either.
 * @param {{serialize?: Hooks['serialize'], unserialize?: Hooks['unserialize'], stringify?: unknown}} options
 * @returns {Hooks}
 */
function transformFunctions({ serialize, unserialize, stringify }) {
  if (serialize || unserialize) {
    return { serialize: serialize || toPlainObject, unserialize: unserialize || checked }
  }
  if (stringify === false) return { serialize: toPlainObject, unserialize: fromObject }
  return { serialize: JSON.stringify, unserialize: fromText }
}

// Both built-in readers accept what either writer stored, so that `stringify` can be changed while people are logged
// in. They return objects or null, whatever is in the document. An `unserialize` of the application may return
// anything.

/** @param {unknown} stored */
function fromText(stored) {
  if (typeof stored === 'string') return checked(parse(stored))
  if (stored === undefined) throw new Error('The stored document has no session')
  return checked(stored)
}

/** @param {unknown} stored */
function fromObject(stored) {
  return checked(typeof stored === 'string' ? parse(stored) : stored)
}

/** @param {string} text */
function parse(text) {
  try {
    return JSON.parse(text)
  } catch {
    // The message of the JavaScript engine quotes the text, which is somebody's session.
    throw new Error('The stored session is not valid JSON')
  }
}

/**
 * Returns a value if the application may get it as a session, otherwise null.
 * @param {unknown} session
 * @returns {Session | null}
 */
function checked(session) {
  if (session === null || session === undefined) return null
  if (typeof session !== 'object') throw new Error(`The stored session is a ${typeof session}, not an object`)
  return session
}

class Codec {
  #live
  #encryption
  #savesDestroyed

  /**
   * @param {{readonly hooks: Hooks, readonly ttl: number, readonly touchAfter: number}} live times in milliseconds
   * @param {{encryption: Readonly<Encryption> | null, saveDestroyed: boolean}} settings
   */
  constructor(live, { encryption, saveDestroyed }) {
    this.#live = live
    this.#encryption = encryption
    this.#savesDestroyed = saveDestroyed
  }

  /**
   * The stored form of a session, or a promise of it.
   * @param {string} sid
   * @param {Session} session
   * @param {number} now the caller's clock
   * @returns {Awaitable<SessionDocument>}
   */
  toDocument(sid, session, now) {
    const value = this.#encode(session)
    const isKnown = !this.#savesDestroyed && KnownSession.isRead(session, this, sid)
    if (typeof value !== 'string' && isThenable(value))
      return value.then((encoded) => ({ now, value: encoded, ...this.#dates(session, now), isKnown }))
    const { expires, lastModified } = this.#dates(session, now)
    return { now, value, expires, lastModified, isKnown }
  }

  /**
   * @param {Session} session
   * @returns {Awaitable<Value>}
   */
  #encode(session) {
    const stored = this.#live.hooks.serialize(this.#withoutLastModified(session))
    const encryption = this.#encryption
    if (typeof stored === 'string' && !encryption) return stored
    const store = encryption ? (/** @type {unknown} */ value) => encrypt(encryption, value) : wrap
    // A session may have a function of that name, and is no promise.
    const isLater = this.#live.hooks.serialize !== toPlainObject && isThenable(stored)
    return isLater ? Promise.resolve(stored).then(store) : store(stored)
  }

  /**
   * `lastModified` belongs to the document, not to the session. The live object keeps it. Otherwise express-session
   * would see a changed session and save it a second time.
   * @param {Session} session
   */
  #withoutLastModified(session) {
    if (this.#live.touchAfter === 0 || !session?.lastModified || typeof session !== 'object') return session
    const others = Object.getOwnPropertyDescriptors(session)
    delete others.lastModified
    return Object.create(Object.getPrototypeOf(session), others)
  }

  /**
   * The session of a document, or a promise of it; null for none.
   * @param {string | undefined} sid the session's id, where it is known
   * @param {Value | undefined} value the stored form
   * @param {number} [expires] the document's, in milliseconds
   * @param {number} [lastModified] likewise
   * @returns {Awaitable<Session | null>}
   */
  fromDocument(sid, value, expires, lastModified) {
    if (typeof value === 'string' && !this.#encryption) return this.#unserialize(sid, value, expires, lastModified)
    if (!this.#encryption) return this.#unserialize(sid, unwrap(value), expires, lastModified)
    const stored = decrypt(this.#encryption, value)
    if (!isThenable(stored)) return this.#unserialize(sid, stored, expires, lastModified)
    return stored.then((known) => this.#unserialize(sid, known, expires, lastModified))
  }

  /**
   * @param {string | undefined} sid
   * @param {unknown} stored
   * @param {number | undefined} expires
   * @param {number | undefined} lastModified
   * @returns {Awaitable<Session | null>}
   */
  #unserialize(sid, stored, expires, lastModified) {
    if (stored === FORGOTTEN) return null
    const session = this.#live.hooks.unserialize(stored)
    const finish = (/** @type {any} */ found) => this.#complete(sid, found, expires, lastModified)
    const isLater = this.#live.hooks.unserialize !== fromText && isThenable(session)
    return isLater ? Promise.resolve(session).then(finish) : finish(session)
  }

  /**
   * The sessions of many documents, or a promise of them. A session that can't be read does not hide the others.
   * @param {(Value | undefined | null)[]} values
   * @returns {Awaitable<Session[]>}
   */
  fromDocuments(values) {
    // The addon's array belongs to the main realm, and so would everything that its methods return.
    const decoded = Array.from(values, (value) => {
      try {
        if (value === null) throw new Error('The stored session is not valid BSON')
        return this.fromDocument(undefined, value)
      } catch (error) {
        return Promise.reject(error)
      }
    })
    if (!decoded.some(isThenable)) return /** @type {Session[]} */ (decoded.filter((session) => session !== null))
    return Promise.allSettled(decoded).then((results) => {
      if (results.some(({ status }) => status === 'rejected')) {
        warnOnce('all() left out sessions that could not be read', 'MONGO_STORE_UNREADABLE')
      }
      // The addon's list has no element for a document without a session.
      const sessions = results.map((result) => (result.status === 'fulfilled' ? result.value : null))
      return /** @type {Session[]} */ (sessions.filter((session) => session !== null && session !== undefined))
    })
  }

  /**
   * @param {string | undefined} sid
   * @param {any} session
   * @param {number | undefined} expires
   * @param {number | undefined} lastModified
   * @returns {Session | null}
   */
  #complete(sid, session, expires, lastModified) {
    if (session === null || session === undefined) return null
    if (typeof session !== 'object') return session
    try {
      KnownSession.set(session, this, sid, expires ?? Infinity)
      this.#addDates(session, expires, lastModified)
    } catch {
      // The application's `unserialize` may return a frozen object, a proxy, or an object with getters and setters that
      // throw. It is the session all the same. Without its dates, it is only touched more often.
    }
    return session
  }

  /**
   * @param {Session} session
   * @param {number | undefined} expires
   * @param {number | undefined} lastModified
   */
  #addDates(session, expires, lastModified) {
    if (this.#live.touchAfter > 0 && lastModified !== undefined)
      Reflect.set(session, 'lastModified', new Date(lastModified))
    // touch only moves the date of the document. The cookie would look older than the session is.
    const { cookie } = session
    const date = new Date(expires ?? NaN)
    if (!Number.isNaN(date.getTime()) && cookie !== null && typeof cookie === 'object' && cookie.expires) {
      Reflect.set(cookie, 'expires', typeof cookie.expires === 'string' ? date.toISOString() : date)
    }
  }

  /**
   * The dates to write now, in milliseconds. `expires` is the cookie's date, or else now plus the `ttl` of the store.
   * `lastModified` is undefined without `touchAfter`.
   * @param {Session | undefined} session
   * @param {number} now
   * @returns {NewDates}
   */
  #dates(session, now) {
    const date = session?.cookie?.expires
    const expires = date ? new Date(date).getTime() : NaN
    return {
      expires: Number.isNaN(expires) ? now + this.#live.ttl : expires,
      lastModified: this.#live.touchAfter > 0 ? now : undefined,
    }
  }

  /**
   * Notes that a session which was read continues as another object.
   * @param {Session} session
   * @param {unknown} successor
   */
  follow(session, successor) {
    if (successor !== null && typeof successor === 'object') KnownSession.pass(session, this, successor)
  }

  /**
   * What a touch writes, or null for nothing.
   * @param {Session} session
   * @param {number} now the caller's clock
   * @returns {({now: number} & NewDates & {isKnownLive: boolean}) | null} `isKnownLive`: whether the session was read
   *   from the store and can't have expired since
   */
  toTouch(session, now) {
    if (this.#isFresh(session, now)) return null
    const { expires, lastModified } = this.#dates(session, now)
    const known = KnownSession.expiry(session, this)
    return { now, expires, lastModified, isKnownLive: known !== undefined && known > now }
  }

  /**
   * Whether `touch` may leave the document as it is, because it was written less than `touchAfter` ago. A date in the
   * future, which is left behind when a clock is set back, does not count. Otherwise the session would not be touched
   * until then.
   * @param {Session} session
   * @param {number} now
   */
  #isFresh(session, now) {
    if (this.#live.touchAfter === 0 || !session.lastModified) return false
    const age = now - new Date(session.lastModified).getTime()
    return age >= 0 && age < this.#live.touchAfter
  }
}

module.exports = { Codec, transformFunctions }
