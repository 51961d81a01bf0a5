'use strict'

// A session and what is stored of it: serialisation, expiry, and the fields that travel beside the session. What `get`
// gives is an object, null or an error, whatever is in the document, and no error quotes it.

const { FORGOTTEN, decrypt, encrypt } = require('../encryption/encryption.js')
const { Promise, isThenable } = require('../common/promises.js')
const { warnOnce } = require('../common/warn.js')
const { unwrap, wrap } = require('./field.js')
const { KnownExpiry } = require('./known-expiry.js')

/** @import { Value } from '../common/native.js' */
/** @import { Awaitable } from '../common/promises.js' */
/** @import { Encryption } from '../encryption/encryption.js' */

/**
 * A session, as the application has it.
 * @typedef {Record<string, any>} Session
 */

/**
 * The functions that make what is stored of a session, and a session of what is stored. Each may give a promise.
 * @typedef {object} Hooks
 * @property {(session: Session) => unknown} serialize
 * @property {(stored: unknown) => unknown} unserialize
 */

/**
 * When a session expires and when it was last written, in milliseconds since 1970.
 * @typedef {{expires: number, lastModified: number | undefined}} NewDates
 */

/** @typedef {NewDates & {value: Value}} SessionDocument */

/**
 * The session as a plain object, for `stringify: false`: the cookie by its `toJSON`, as connect-mongo has it.
 * @param {Session} session
 */
function toPlainObject(session) {
  if (session === null || typeof session !== 'object') {
    throw new TypeError(`set needs a session object, and got ${session === null ? 'null' : `a ${typeof session}`}`)
  }
  /** @type {Session} */
  const plain = {}
  for (const key of Object.keys(session)) plain[key] = session[key]
  if (typeof plain.cookie?.toJSON === 'function') plain.cookie = plain.cookie.toJSON()
  return plain
}

/**
 * The hooks that a store uses, from its options. One given hook switches `stringify` off for the other, too.
 * @param {{serialize?: Hooks['serialize'], unserialize?: Hooks['unserialize'], stringify?: unknown}} options
 * @returns {Hooks}
 */
function transformFunctions({ serialize, unserialize, stringify }) {
  if (serialize || unserialize) {
    return { serialize: serialize || toPlainObject, unserialize: unserialize || ((stored) => stored) }
  }
  if (stringify === false) return { serialize: toPlainObject, unserialize: fromObject }
  return { serialize: JSON.stringify, unserialize: fromText }
}

// Both built-in readers take what the other one's writer stored, so that `stringify` can be changed while people are
// logged in.

/** @param {unknown} stored */
function fromText(stored) {
  if (typeof stored === 'string') return parse(stored)
  if (stored === undefined) throw new Error('The stored document has no session')
  return stored
}

/** @param {unknown} stored */
function fromObject(stored) {
  return typeof stored === 'string' ? parse(stored) : stored
}

/** @param {string} text */
function parse(text) {
  try {
    return JSON.parse(text)
  } catch {
    // The engine's own message quotes the text, which is somebody's session.
    throw new Error('The stored session is not valid JSON')
  }
}

/**
 * What may be given to the application as a session.
 * @param {unknown} session
 * @returns {Session | null}
 */
function checked(session) {
  if (session === null || session === undefined) return null
  if (typeof session !== 'object') throw new Error(`The stored session is a ${typeof session}, not an object`)
  return session
}

class Codec {
  #hooks
  #ttl
  #touchAfter
  #encryption

  /**
   * @param {Hooks} hooks
   * @param {{ttl: number, touchAfter: number, encryption: Readonly<Encryption> | null}} settings the first two in seconds
   */
  constructor(hooks, { ttl, touchAfter, encryption }) {
    this.#hooks = hooks
    this.#ttl = ttl * 1000
    this.#touchAfter = touchAfter * 1000
    this.#encryption = encryption
  }

  /**
   * What is stored of a session, or a promise of it.
   * @param {Session} session
   * @returns {Awaitable<SessionDocument>}
   */
  toDocument(session) {
    const value = this.#encode(session)
    if (typeof value !== 'string' && isThenable(value))
      return value.then((encoded) => ({ value: encoded, ...this.#dates(session) }))
    const { expires, lastModified } = this.#dates(session)
    return { value, expires, lastModified }
  }

  /**
   * @param {Session} session
   * @returns {Awaitable<Value>}
   */
  #encode(session) {
    const stored = this.#hooks.serialize(this.#withoutLastModified(session))
    const encryption = this.#encryption
    if (typeof stored === 'string' && !encryption) return stored
    const store = encryption ? (/** @type {unknown} */ value) => encrypt(encryption, value) : wrap
    return isThenable(stored) ? Promise.resolve(stored).then(store) : store(stored)
  }

  /**
   * `lastModified` is the document's, not the session's. The live object keeps it: without it, express-session would see a
   * changed session and save it a second time.
   * @param {Session} session
   */
  #withoutLastModified(session) {
    if (this.#touchAfter === 0 || !session?.lastModified || typeof session !== 'object') return session
    const others = Object.getOwnPropertyDescriptors(session)
    delete others.lastModified
    return Object.create(Object.getPrototypeOf(session), others)
  }

  /**
   * The session of a document, or a promise of it; null for none.
   * @param {Value | undefined} value the stored form
   * @param {number} [expires] the document's, in milliseconds
   * @param {number} [lastModified] likewise
   * @returns {Awaitable<Session | null>}
   */
  fromDocument(value, expires, lastModified) {
    if (typeof value === 'string' && !this.#encryption) return this.#unserialize(value, expires, lastModified)
    if (!this.#encryption) return this.#unserialize(unwrap(value), expires, lastModified)
    const stored = decrypt(this.#encryption, value)
    if (!isThenable(stored)) return this.#unserialize(stored, expires, lastModified)
    return stored.then((known) => this.#unserialize(known, expires, lastModified))
  }

  /**
   * @param {unknown} stored
   * @param {number | undefined} expires
   * @param {number | undefined} lastModified
   * @returns {Awaitable<Session | null>}
   */
  #unserialize(stored, expires, lastModified) {
    if (stored === FORGOTTEN) return null
    const session = this.#hooks.unserialize(stored)
    const finish = (/** @type {unknown} */ found) => this.#complete(checked(found), expires, lastModified)
    const isLater = this.#hooks.unserialize !== fromText && isThenable(session)
    return isLater ? Promise.resolve(session).then(finish) : finish(session)
  }

  /**
   * The sessions of many documents, or a promise of them. One that can't be read does not hide the others.
   * @param {(Value | undefined | null)[]} values
   * @returns {Awaitable<Session[]>}
   */
  fromDocuments(values) {
    // The addon's array belongs to the main realm, and so would all that its methods make.
    const decoded = Array.from(values, (value) => {
      try {
        if (value === null) throw new Error('The stored session is not valid BSON')
        return this.fromDocument(value)
      } catch (error) {
        return Promise.reject(error)
      }
    })
    if (!decoded.some(isThenable)) return /** @type {Session[]} */ (decoded.filter((session) => session !== null))
    return Promise.allSettled(decoded).then((results) => {
      if (results.some(({ status }) => status === 'rejected')) {
        warnOnce('all() leaves out sessions that cannot be read', 'MONGO_STORE_UNREADABLE')
      }
      return results.flatMap((result) => (result.status === 'fulfilled' && result.value) || [])
    })
  }

  /**
   * @param {Session | null} session
   * @param {number | undefined} expires
   * @param {number | undefined} lastModified
   */
  #complete(session, expires, lastModified) {
    if (session === null) return null
    // touch moves the document's date only: the cookie would look older than the session is.
    const { cookie } = session
    const date = new Date(expires ?? NaN)
    if (!Number.isNaN(date.getTime()) && cookie !== null && typeof cookie === 'object' && cookie.expires) {
      cookie.expires = typeof cookie.expires === 'string' ? date.toISOString() : date
    }
    KnownExpiry.set(session, this, expires ?? Infinity)
    if (this.#touchAfter > 0 && lastModified !== undefined) session.lastModified = new Date(lastModified)
    return session
  }

  /**
   * The dates that are written now, in milliseconds: `expires`, which is the cookie's date, or else now and the store's
   * `ttl`; and `lastModified`, undefined without `touchAfter`.
   * @param {Session | undefined} session
   * @returns {NewDates}
   */
  #dates(session) {
    const now = Date.now()
    const date = session?.cookie?.expires
    const expires = date ? new Date(date).getTime() : NaN
    return {
      expires: Number.isNaN(expires) ? now + this.#ttl : expires,
      lastModified: this.#touchAfter > 0 ? now : undefined,
    }
  }

  /**
   * Tells that a session which was read goes on as another object.
   * @param {Session} session
   * @param {unknown} successor
   */
  follow(session, successor) {
    const expires = this.#expiryOf(session)
    if (expires !== undefined && successor !== null && typeof successor === 'object')
      KnownExpiry.set(successor, this, expires)
  }

  /**
   * What a touch writes; null for nothing.
   * @param {Session} session
   * @returns {(NewDates & {isKnownLive: boolean}) | null} `isKnownLive` tells whether the session was read from the store, and
   *   can't have expired since
   */
  toTouch(session) {
    if (this.#isFresh(session)) return null
    const { expires, lastModified } = this.#dates(session)
    const known = this.#expiryOf(session)
    return { expires, lastModified, isKnownLive: known !== undefined && known > Date.now() }
  }

  /**
   * When a session that was read expires, in milliseconds; undefined for any other.
   * @param {unknown} session
   */
  #expiryOf(session) {
    return session !== null && typeof session === 'object' ? KnownExpiry.get(session, this) : undefined
  }

  /**
   * Whether `touch` may leave the document as it is, because it was written less than `touchAfter` ago.
   * @param {Session} session
   */
  #isFresh(session) {
    if (this.#touchAfter === 0 || !session.lastModified) return false
    return Date.now() - new Date(session.lastModified).getTime() < this.#touchAfter
  }
}

module.exports = { Codec, transformFunctions }
