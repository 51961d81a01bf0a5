'use strict'

// The encryption of a store's sessions where they are stored without the addon: by the same cipher, on threads of Node's
// pool.

const { fromNative } = require('../errors.js')

class SessionCipher {
  #native
  /** Whether a session that can't be decrypted counts as none. */
  forgets

  /** @param {{native: NativeCipher, forgets: boolean}} encryption of `crypto.js` */
  constructor({ native, forgets }) {
    this.#native = native
    this.forgets = forgets
  }

  /** A promise of the record of a session, which is bound to its id where the format does that. */
  async seal(id, session) {
    return resultOf(await this.#native.seal(id, session))
  }

  /** A promise of what was encrypted; `stored` is undefined where the document has no session. */
  async open(id, stored) {
    return resultOf(await this.#native.open(id, stored))
  }
}

/** A value, in the place of which the addon gives the parts of an error. */
function resultOf(result) {
  if (Array.isArray(result)) throw fromNative([...result, []])
  return result
}

module.exports = { SessionCipher }
