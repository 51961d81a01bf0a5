'use strict'

// What can be wrong with a stored session or its key, in the addon's words (`src/crypto/error.rs`). No message quotes a
// secret, a session or its id.

const { timeoutError } = require('../../common/errors.js')

/** @import { CipherFailure } from '../../common/native.js' */

/** A failure, which the methods of the cipher return as its parts. */
class CipherError extends Error {
  /** @type {CipherFailure} */
  parts

  /**
   * @param {string} name
   * @param {string} message
   * @param {string | null} [codeName]
   * @param {unknown} [cause]
   */
  constructor(name, message, codeName = null, cause = undefined) {
    super(message, { cause })
    this.parts = [name, message, null, codeName]
  }
}

/**
 * Whether an action ends without the failure of a cipher.
 * @param {() => void} act
 */
function succeeds(act) {
  try {
    act()
    return true
  } catch (error) {
    if (error instanceof CipherError) return false
    throw error
  }
}

/**
 * @param {string} codeName
 * @param {string} message
 */
const ofSession =
  (codeName, message) =>
  (/** @type {unknown} */ cause = undefined) =>
    new CipherError('MongoStoreCryptoError', message, codeName, cause)

const LOST = 'The key of an encrypted session could not be derived'

const failures = {
  /** The stored value is in none of the formats that the store reads. */
  unreadable: ofSession('ERR_SESSION_FORMAT', 'Unable to parse ciphertext object!'),
  /** The authentication code does not match: another key, or a changed record. */
  tampered: ofSession('ERR_SESSION_TAMPERED', 'Encrypted session was tampered with!'),
  /** The record is authentic, but its cipher text can't be decrypted. */
  undecryptable: ofSession('ERR_SESSION_DECRYPT', 'Unable to decrypt ciphertext!'),
  unknownKey: ofSession('ERR_SESSION_KEY', 'The session is encrypted with a key that is not among encryption.keys'),
  noRandom: ofSession('ERR_SESSION_RANDOM', 'The operating system provided no random bytes to encrypt the session'),
  /** Too many keys wait, and newer ones took this one's place. Like the next two, it says nothing about the session. */
  overloaded: () =>
    new CipherError(
      'MongoStoreOverloadedError',
      'Too many keys of encrypted sessions are waiting to be derived: try again later',
    ),
  lost: (/** @type {unknown} */ cause) => new CipherError('MongoRuntimeError', LOST, null, cause),
  /** @param {number} limitMs how long the caller was ready to wait */
  late: (limitMs) => {
    const { name, message } = timeoutError(limitMs, LOST)
    return new CipherError(name, message)
  },
  /** @param {string} what is not valid BSON */
  malformed: (what) => new CipherError('BSONError', `${what} is not valid BSON`),
}

module.exports = { CipherError, failures, succeeds }
