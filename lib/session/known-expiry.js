'use strict'

// What a store remembers of a session that it read. Private fields of the session itself hold it, so it can't be seen,
// listed or serialised, and it lives as long as the session. (A WeakMap did the same for half of the cost of
// `JSON.parse`.)

/** A base class whose constructor returns the given object, so that a derived class can add private fields to it. */
class Given {
  /** @param {object} object */
  constructor(object) {
    return object
  }
}

class KnownExpiry extends Given {
  /** @type {object | undefined} */
  #owner
  /** @type {number | undefined} */
  #expires

  /**
   * Notes when a session expires.
   * @param {object} session
   * @param {object} owner the only object that can ask for it
   * @param {number} expires in milliseconds since 1970; Infinity for never
   */
  static set(session, owner, expires) {
    // Newer engines refuse private fields on objects that are not extensible.
    if (!(#owner in session) && !Object.isExtensible(session)) return
    const marked = #owner in session ? session : new KnownExpiry(session)
    marked.#owner = owner
    marked.#expires = expires
  }

  /**
   * When the session expires, as its owner noted it; undefined if the owner did not.
   * @param {object} session
   * @param {object} owner
   */
  static get(session, owner) {
    return #owner in session && session.#owner === owner ? session.#expires : undefined
  }
}

module.exports = { KnownExpiry }
