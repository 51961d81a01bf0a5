'use strict'

// What a store remembers of a session that it read. Private fields of the session itself hold it, so it can't be seen,
// listed or serialised, and it lives as long as the session. (A WeakMap did the same for half of the cost of
// `JSON.parse`.)

/** @import { Value } from '../common/native.js' */

/**
 * A version of a session: its value as `unserialize` takes it, and what the document has, which is the same unless it is
 * encrypted; undefined where it is not known.
 * @typedef {{value: Value | undefined, record: Value | undefined}} Version
 */

/** A base class whose constructor returns the given object, so that a derived class can add private fields to it. */
class Given {
  /** @param {object} object */
  constructor(object) {
    return object
  }
}

class KnownSession extends Given {
  /** @type {object | undefined} */
  #owner
  /** @type {string | undefined} */
  #sid
  #expires = Infinity
  /** @type {Version | undefined} */
  #version

  /**
   * Notes what is known of a session.
   * @param {object} session
   * @param {object} owner the only object that can ask for it
   * @param {string | undefined} sid the id under which the session was read; undefined if it was read without one
   * @param {number} expires when the session expires, in milliseconds since 1970; Infinity for never
   * @param {Version} [version] what was read, if saves are compared with it
   */
  static set(session, owner, sid, expires, version) {
    // Newer engines refuse private fields on objects that are not extensible.
    if (!(#owner in session) && !Object.isExtensible(session)) return
    const marked = #owner in session ? session : new KnownSession(session)
    marked.#owner = owner
    marked.#sid = sid
    marked.#expires = expires
    marked.#version = version
  }

  /**
   * Whether its owner has noted something of a session.
   * @param {unknown} session
   * @param {object} owner
   * @returns {session is KnownSession}
   */
  static #isOf(session, owner) {
    return session !== null && typeof session === 'object' && #owner in session && session.#owner === owner
  }

  /**
   * When a session expires, in milliseconds since 1970; undefined if that is not known.
   * @param {unknown} session
   * @param {object} owner
   */
  static expiry(session, owner) {
    return KnownSession.#isOf(session, owner) ? session.#expires : undefined
  }

  /**
   * Whether a session was read under an id.
   * @param {unknown} session
   * @param {object} owner
   * @param {string | undefined} sid
   */
  static isRead(session, owner, sid) {
    return KnownSession.#isOf(session, owner) && session.#sid === sid
  }

  /**
   * The version of a session that was read under an id; undefined if that is not known.
   * @param {unknown} session
   * @param {object} owner
   * @param {string} sid
   */
  static version(session, owner, sid) {
    return KnownSession.#isOf(session, owner) && session.#sid === sid ? session.#version : undefined
  }

  /**
   * Notes for another object what is known of a session.
   * @param {unknown} session
   * @param {object} owner
   * @param {object} successor
   */
  static pass(session, owner, successor) {
    if (!KnownSession.#isOf(session, owner)) return
    KnownSession.set(successor, owner, session.#sid, session.#expires, session.#version)
  }
}

module.exports = { KnownSession }
