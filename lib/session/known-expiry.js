'use strict'

// What a store remembers of a session that it read, kept on the session itself in private fields: nothing of it can be
// seen, listed or serialised, and it goes with the session. (A WeakMap did the same at half of the cost of `JSON.parse`.)

/** A class whose instances are the objects that are given to it. */
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
   * @param {object} owner who alone can ask for it
   * @param {number} expires in milliseconds since 1970; Infinity for never
   */
  static set(session, owner, expires) {
    // Newer engines refuse private fields on objects that take no more properties.
    if (!(#owner in session) && !Object.isExtensible(session)) return
    const marked = #owner in session ? session : new KnownExpiry(session)
    marked.#owner = owner
    marked.#expires = expires
  }

  /**
   * When the session expires, as its owner noted it; undefined if it did not.
   * @param {object} session
   * @param {object} owner
   */
  static get(session, owner) {
    return #owner in session && session.#owner === owner ? session.#expires : undefined
  }
}

module.exports = { KnownExpiry }
