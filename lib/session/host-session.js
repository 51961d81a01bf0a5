'use strict'

// Makes the session of a request an instance of the session class of the middleware that serves the request. The base
// class of a store may belong to another copy of the package, or may replace a missing package. A middleware gives its
// store nothing but the function `generate`, which makes a new session for a request.

/**
 * The part of a store that a middleware sets.
 * @typedef {{generate?: (req: object) => void}} Store
 */

/**
 * The class of a middleware's sessions, and the prototype of their cookies. The class of the cookies can't be reached,
 * because that prototype has no `constructor`.
 * @typedef {object} Classes
 * @property {new (req: object, data: object) => {resetLastAccess?: () => void}} Session
 * @property {object} cookiePrototype
 * @property {boolean} cookieHasRequest whether a cookie refers to its request, as in Connect 2.0
 */

/** The base class of a store, as far as it makes sessions. */
/** @typedef {{prototype: {createSession: (req: object, session: any) => object}}} Base */

const MISSING = `The class of the sessions could not be found. Install express-session beside the application (npm install \
express-session), or pass it to the store, as in require('connect-mongo-native')(require('express-session')).`

/** Knows the class of the sessions of one store. */
class HostSession {
  /** @type {Base} */
  #base
  /**
   * The function of the middleware whose class is known.
   * @type {Store['generate']}
   */
  #generate
  /** @type {Classes | undefined} */
  #classes

  /** @param {Base} base */
  constructor(base) {
    this.#base = base
  }

  /**
   * The classes of the middleware that has a store; undefined if the store's base class makes sessions of the same class.
   * @param {Store} store
   * @param {object} req
   * @returns {Classes | undefined}
   */
  classes(store, req) {
    if (store.generate !== this.#generate) this.#learn(store, req)
    return this.#classes
  }

  /**
   * @param {Store} store
   * @param {object} req
   */
  #learn(store, req) {
    const { generate } = store
    const own = Object.getPrototypeOf(
      this.#base.prototype.createSession.call(store, { sessionID: '', sessionStore: store }, { cookie: {} }),
    )
    /** @type {Classes | undefined} */
    let classes
    try {
      classes = generate && classesOf(store, req)
    } catch (cause) {
      if (own === Object.prototype) throw new Error(MISSING, { cause })
      this.#classes = undefined
      return // the next request may tell more
    }
    this.#generate = generate
    this.#classes = classes?.Session.prototype === own ? undefined : classes
  }
}

/**
 * Finds the class of a middleware's sessions, by having it make one for a request that inherits from `req`. What is
 * assigned to that request does not reach `req`.
 * @param {Store} store
 * @param {object} req
 * @returns {Classes | undefined} undefined if the sessions of the middleware have no class
 */
function classesOf(store, req) {
  const field = { value: undefined, writable: true, enumerable: true, configurable: true }
  const throwaway = Object.create(req, { sessionID: field, session: field })
  let failure
  try {
    store.generate?.(throwaway)
  } catch (error) {
    failure = error // if `req` is not a complete request, the options `genid` and `cookie` can fail
  }
  const { session } = throwaway
  if (!session?.cookie) {
    if (failure !== undefined) throw failure
    return undefined
  }
  const Session = Object.getPrototypeOf(session)?.constructor
  if (typeof Session !== 'function' || Session === Object) return undefined
  const { cookie } = session
  return { Session, cookiePrototype: Object.getPrototypeOf(cookie), cookieHasRequest: Object.hasOwn(cookie, 'req') }
}

/**
 * Does what `createSession` of express-session and Connect does, with the classes of a middleware.
 * @param {Classes} classes
 * @param {object} req
 * @param {any} data the session as it was read
 * @param {unknown[]} others Connect 1 passes false if the session is not used by a request
 */
function createSession({ Session, cookiePrototype, cookieHasRequest }, req, data, others) {
  const { expires, originalMaxAge } = data.cookie
  const cookie = Object.assign(Object.create(cookiePrototype), { path: '/', httpOnly: true, expires: null })
  if (cookieHasRequest) Object.defineProperty(cookie, 'req', { value: req })
  for (const [name, value] of Object.entries(data.cookie)) {
    if (name !== 'data') cookie[name] = value
  }
  if (typeof expires === 'string') cookie.expires = new Date(expires)
  cookie.originalMaxAge = originalMaxAge // the setter of `expires` changed it
  data.cookie = cookie
  const session = new Session(req, data)
  Object.assign(req, { session })
  if (others.length === 0) session.resetLastAccess?.()
  return session
}

module.exports = { HostSession, createSession }
