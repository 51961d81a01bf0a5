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
/** @import { Dates } from '../connection/results.js' */
/** @import { Encryption } from '../encryption/encryption.js' */
/** @import { OnConflict } from './conflict.js' */
/** @import { Version } from './known.js' */

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
 * The part of an operation that matters here.
 * @typedef {object} Coded
 * @property {string | undefined} sid the session's id
 * @property {<T>(promise: PromiseLike<T>, who: string) => Promise<T>} wait waits until the operation's deadline
 */

/**
 * What a session has without a document around it.
 * @type {Dates}
 */
const NO_DATES = [undefined, undefined]

/** What reads a session, for the error if it does not answer. */
const READERS = 'unserialize or cryptoAdapter'

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
  #keepsVersions

  /**
   * @param {{readonly hooks: Hooks, readonly ttl: number, readonly touchAfter: number}} live times in milliseconds
   * @param {{encryption: Readonly<Encryption> | null, saveDestroyed: boolean, onConflict: OnConflict | undefined}} settings
   */
  constructor(live, { encryption, saveDestroyed, onConflict }) {
    this.#live = live
    this.#encryption = encryption
    this.#savesDestroyed = saveDestroyed
    this.#keepsVersions = onConflict !== undefined
  }

  /**
   * The stored form of a session, or a promise of it that ends by the deadline.
   * @param {Coded} operation
   * @param {Session} session
   * @param {number} now the caller's clock
   * @returns {Awaitable<SessionDocument>}
   */
  toDocument(operation, session, now) {
    const value = this.#encode(operation, session)
    const isKnown = !this.#savesDestroyed && KnownSession.isRead(session, this, operation.sid)
    if (typeof value !== 'string' && isThenable(value))
      return value.then((encoded) => ({ now, value: encoded, ...this.#dates(session, now), isKnown }))
    const { expires, lastModified } = this.#dates(session, now)
    return { now, value, expires, lastModified, isKnown }
  }

  /**
   * @param {Coded} operation
   * @param {Session} session
   * @returns {Awaitable<Value>}
   */
  #encode(operation, session) {
    const stored = this.#live.hooks.serialize(this.#withoutLastModified(session))
    if (typeof stored === 'string' && !this.#encryption) return stored
    const store = (/** @type {unknown} */ value) => this.#store(operation, value)
    // A session may have a function of that name, and is no promise.
    const isLater = this.#live.hooks.serialize !== toPlainObject && isThenable(stored)
    return isLater ? operation.wait(stored, 'serialize').then(store) : store(stored)
  }

  /**
   * @param {Coded} operation
   * @param {unknown} stored
   * @returns {Awaitable<Value>}
   */
  #store(operation, stored) {
    if (!this.#encryption) return wrap(stored)
    const encrypted = encrypt(this.#encryption, stored)
    return isThenable(encrypted) ? operation.wait(encrypted, 'cryptoAdapter') : encrypted
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
   * The session of a document, or a promise of it that ends by the deadline; null for none.
   * @param {Coded} operation
   * @param {Value | undefined} value the stored form
   * @param {Dates} dates the document's
   * @returns {Awaitable<Session | null>}
   */
  fromDocument(operation, value, dates = NO_DATES) {
    const session = this.#decode(operation.sid, value, dates)
    return isThenable(session) ? operation.wait(session, READERS) : session
  }

  /**
   * @param {string | undefined} sid the session's id, where it is known
   * @param {Value | undefined} value
   * @param {Dates} dates
   * @returns {Awaitable<Session | null>}
   */
  #decode(sid, value, dates) {
    if (typeof value === 'string' && !this.#encryption) return this.#unserialize(sid, value, value, dates)
    if (!this.#encryption) return this.#unserialize(sid, unwrap(value), value, dates)
    const stored = decrypt(this.#encryption, value)
    if (!isThenable(stored)) return this.#unserialize(sid, stored, value, dates)
    return stored.then((known) => this.#unserialize(sid, known, value, dates))
  }

  /**
   * @param {string | undefined} sid
   * @param {unknown} stored
   * @param {Value | undefined} value that it was made from
   * @param {Dates} dates
   * @returns {Awaitable<Session | null>}
   */
  #unserialize(sid, stored, value, dates) {
    if (stored === FORGOTTEN) return null
    const session = this.#live.hooks.unserialize(stored)
    const finish = (/** @type {any} */ found) => this.#complete(sid, found, value, dates)
    const isLater = this.#live.hooks.unserialize !== fromText && isThenable(session)
    return isLater ? Promise.resolve(session).then(finish) : finish(session)
  }

  /**
   * The sessions of many documents, or a promise of them that ends by the deadline. A session that can't be read does not
   * hide the others.
   * @param {Coded} operation
   * @param {(Value | undefined | null)[]} values
   * @returns {Awaitable<Session[]>}
   */
  fromDocuments(operation, values) {
    // The addon's array belongs to the main realm, and so would everything that its methods return.
    const decoded = Array.from(values, (value) => {
      try {
        if (value === null) throw new Error('The stored session is not valid BSON')
        return this.#decode(undefined, value, NO_DATES)
      } catch (error) {
        return Promise.reject(error)
      }
    })
    if (!decoded.some(isThenable)) return /** @type {Session[]} */ (decoded.filter((session) => session !== null))
    return operation.wait(Promise.allSettled(decoded), READERS).then((results) => {
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
   * @param {Value | undefined} value that it was made from
   * @param {Dates} dates
   * @returns {Session | null}
   */
  #complete(sid, session, value, dates) {
    if (session === null || session === undefined) return null
    if (typeof session !== 'object') return session
    const version = this.#keepsVersions ? { value, record: dates[2] ?? value } : undefined
    try {
      KnownSession.set(session, this, sid, dates[0] ?? Infinity, version)
      this.#addDates(session, dates[0], dates[1])
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
   * The version of a session that an operation saves, if it was read or stored under the same id.
   * @param {{sid: string, session: Session}} operation
   * @returns {Version | undefined}
   */
  versionOf({ sid, session }) {
    return KnownSession.version(session, this, sid)
  }

  /**
   * Notes that a session was saved.
   * @param {{sid: string, session: Session}} operation
   * @param {Value} value of the session
   * @param {{value: Value, expires: number}} written what was stored: something else, if it was merged
   */
  noteSaved({ sid, session }, value, written) {
    const isExact = written.value === value && !this.#encryption?.native
    KnownSession.set(session, this, sid, written.expires, { value, record: isExact ? value : undefined })
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
