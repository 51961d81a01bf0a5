'use strict'

// The base class of the store if the application does not give one: the Store of an installed express-session, or else
// an EventEmitter with the same methods.

const { EventEmitter } = require('node:events')
const { fromApplication } = require('./common/application-package.js')

/**
 * A request, as far as a store knows it.
 * @typedef {{sessionID: string, sessionStore?: object, session?: object}} Request
 */

/** @typedef {{cookie?: {expires?: unknown}}} Session */

/**
 * What the Store of express-session offers to the stores that derive from it.
 * @typedef {object} StoreMethods
 * @property {(req: Request, callback: (error?: unknown) => void) => void} regenerate
 * @property {(sid: string, callback: (error?: unknown, session?: object) => void) => void} load
 * @property {(req: Request, session: object) => object} createSession
 */

/** @typedef {new (options?: object) => EventEmitter & StoreMethods} StoreClass */

/**
 * What a derived store has, and what the middleware adds to it.
 * @typedef {object} Derived
 * @property {(sid: string, callback: (error: unknown, session?: object | null) => void) => void} get
 * @property {(sid: string, callback: (error: unknown) => void) => void} destroy
 * @property {(req: Request) => void} generate
 */

/** Does what express-session's Store does, for frameworks with a session of their own. */
class PlainStore extends EventEmitter {
  /**
   * @this {Derived}
   * @param {Request} req
   * @param {(error?: unknown) => void} fn
   */
  regenerate(req, fn) {
    this.destroy(req.sessionID, (error) => {
      this.generate(req)
      fn(error)
    })
  }

  /**
   * @this {Derived & StoreMethods}
   * @param {string} sid
   * @param {(error?: unknown, session?: object) => void} fn
   */
  load(sid, fn) {
    this.get(sid, (error, session) => {
      if (error || !session) return error ? fn(error) : fn()
      fn(null, this.createSession({ sessionID: sid, sessionStore: this }, session))
    })
  }

  /**
   * @param {Request} req
   * @param {object} session
   */
  createSession(req, session) {
    const { cookie } = /** @type {Session} */ (session)
    if (typeof cookie?.expires === 'string') cookie.expires = new Date(cookie.expires)
    req.session = session
    return session
  }
}

/** @returns {StoreClass} */
function installedStore() {
  // A bundle contains the copy that its application uses. The folders around it may contain another one.
  const found = isBundled() ? (required() ?? installed()) : (installed() ?? required())
  return found?.Store ?? /** @type {StoreClass} */ (/** @type {unknown} */ (PlainStore))
}

/** Whether this file is part of a bundle, where modules have no files. Bun would replace `module.filename` by its value. */
function isBundled() {
  return !('filename' in module)
}

/** @returns {{Store?: StoreClass} | null} */
function installed() {
  return fromApplication('express-session')
}

/**
 * Requires the package in the form that bundlers see. They include it if it is installed. Otherwise they replace it
 * with something that throws, each in its own way.
 * @returns {{Store?: StoreClass} | null}
 */
function required() {
  try {
    return /** @type {any} */ (require('express-session'))
  } catch {
    return null
  }
}

module.exports = { installedStore }
