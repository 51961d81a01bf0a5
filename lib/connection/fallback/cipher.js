'use strict'

// The encryption of a store's sessions where they are stored without the addon: by the same cipher, on the addon's threads.

const { fromNative } = require('../../common/errors.js')

class SessionCipher {
  #native
  #limitMs
  /** Whether a session that can't be decrypted counts as none. */
  forgets

  /**
   * @param {{native: NativeCipher, forgets: boolean}} encryption of `encryption.js`
   * @param {number} limitMs how long an operation may take: after that, no key is derived for it
   */
  constructor({ native, forgets }, limitMs) {
    this.#native = native
    this.#limitMs = limitMs
    this.forgets = forgets
  }

  /** A promise of the record of a session, which is bound to its id where the format does that. */
  async seal(id, session) {
    return resultOf(await this.#native.seal(id, session, this.#limitMs))
  }

  /** A promise of what was encrypted; `stored` is undefined where the document has no session. */
  async open(id, stored) {
    return resultOf(await this.#native.open(id, stored, this.#limitMs))
  }
}

/** A value, in the place of which the addon gives the parts of an error. */
function resultOf(result) {
  if (Array.isArray(result)) throw fromNative([...result, []])
  return result
}

module.exports = { SessionCipher }
