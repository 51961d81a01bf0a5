'use strict'

// Encrypts and decrypts the sessions of a store that are not stored through the addon. It uses the addon's cipher, on
// its threads, or the one that replaces it.

const { fromCipher } = require('../../common/errors.js')

/** @import { CipherFailure, NativeCipher, Value } from '../../common/native.js' */

class SessionCipher {
  #native
  #limitMs
  /** Whether a session that can't be decrypted counts as none. */
  forgets

  /**
   * @param {object} encryption of `encryption.js`
   * @param {NativeCipher} encryption.native
   * @param {boolean} encryption.forgets
   * @param {number} limitMs how long an operation may take: after that, no key is derived for it
   */
  constructor({ native, forgets }, limitMs) {
    this.#native = native
    this.#limitMs = limitMs
    this.forgets = forgets
  }

  /**
   * Encrypts a session. The record is bound to the id, if the format does that.
   * @param {Value} id
   * @param {Value} session
   */
  async seal(id, session) {
    return resultOf(await this.#native.seal(id, session, this.#limitMs))
  }

  /**
   * Decrypts a session.
   * @param {Value} id
   * @param {Value | undefined} stored undefined where the document has no session
   */
  async open(id, stored) {
    return resultOf(await this.#native.open(id, stored, this.#limitMs))
  }
}

/**
 * The value that a cipher returned.
 * @param {Value | CipherFailure} result
 * @throws {Error} if it returned the parts of an error instead
 */
function resultOf(result) {
  if (Array.isArray(result)) throw fromCipher(result)
  return result
}

exports.SessionCipher = SessionCipher
