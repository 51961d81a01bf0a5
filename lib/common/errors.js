'use strict'

// The only place that makes an Error from a failure of the addon. Errors are made here and not in the addon, so that
// they belong to the realm of the application. Test runners compare prototypes.

/** @import { CipherFailure, Failure } from './native.js' */

/**
 * An error of the server, the connection or the addon, with the name, code and labels that the `mongodb` package gives
 * to the same error.
 */
class MongoStoreError extends Error {
  /**
   * @param {string} name
   * @param {string} message
   * @param {number | string} [code]
   * @param {string} [codeName]
   * @param {string[]} [errorLabels]
   */
  constructor(name, message, code, codeName, errorLabels = []) {
    super(message)
    Object.defineProperty(this, 'name', { value: name, configurable: true, writable: true })
    if (code !== undefined) this.code = code
    if (codeName !== undefined) this.codeName = codeName
    this.errorLabels = errorLabels
  }

  /**
   * Whether the error carries a label such as `RetryableWriteError`.
   * @param {string} label
   */
  hasErrorLabel(label) {
    return this.errorLabels.includes(label)
  }
}

const { toString } = Object.prototype
const CRYPTO = 'MongoStoreCryptoError'
/**
 * The codes for the error messages of connect-mongo and kruptein.
 * @type {Record<string, string | undefined>}
 */
const CRYPTO_CODES = {
  'Encrypted session was tampered with!': 'ERR_SESSION_TAMPERED',
  'Encrypted session was tampered with! (timing)': 'ERR_SESSION_TAMPERED',
  'Unable to parse ciphertext object!': 'ERR_SESSION_FORMAT',
  'Unable to decrypt ciphertext!': 'ERR_SESSION_DECRYPT',
}

/**
 * Makes the error of a failure from the parts that the addon passes. The fallback passes an error already.
 * @param {Failure | Error} failure
 * @returns {Error & { codeName?: string }}
 */
function fromNative(failure) {
  if (!Array.isArray(failure)) return failure
  const [name, message, code, codeName, given] = failure
  // The addon's arrays belong to the main realm, too.
  const labels = [...given]
  if (name === CRYPTO) return new MongoStoreError(name, message, codeName, undefined, labels)
  return new MongoStoreError(name, message, code, codeName, labels)
}

/**
 * The error of a cipher's failure.
 * @param {CipherFailure} failure
 */
function fromCipher([name, message, , codeName]) {
  return fromNative([name, message, undefined, codeName ?? undefined, []])
}

/**
 * The error of a session that could not be encrypted or decrypted.
 * @param {string} message one of connect-mongo's or kruptein's
 */
function cryptoError(message) {
  return new MongoStoreError(CRYPTO, message, CRYPTO_CODES[message] ?? 'ERR_SESSION_CIPHER')
}

/**
 * Whether an error says that a session could not be encrypted or decrypted.
 * @param {unknown} error
 */
function isOfCrypto(error) {
  return /** @type {{ name?: unknown } | null | undefined} */ (error)?.name === CRYPTO
}

/**
 * The error of an operation that did not end by its deadline.
 * @param {number} limitMs
 * @param {string} why
 * @param {{code?: number, codeName?: string, errorLabels?: string[]}} [cause] the properties that the error takes over
 *   from its cause
 */
function timeoutError(limitMs, why, { code, codeName, errorLabels } = {}) {
  const message = `timed out after ${limitMs} ms: ${why}`
  return new MongoStoreError('MongoOperationTimeoutError', message, code, codeName, errorLabels)
}

/** The error of a save of a session that was destroyed after it was read. */
function goneError() {
  return new MongoStoreError('MongoStoreSessionGoneError', 'Unable to find the session to update', 'ERR_SESSION_GONE')
}

/** The error of a save of a session that was changed after it was read. */
function conflictError() {
  const message = 'The session was changed by another request after it was read'
  return new MongoStoreError('MongoStoreConflictError', message, 'ERR_SESSION_CONFLICT')
}

/** The largest document that MongoDB stores, as in `src/model/session.rs`. */
const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024

/**
 * Refuses a session that MongoDB would not store.
 * @param {number} size of its document, in bytes
 * @throws {Error} with the code of the server
 */
function checkSize(size) {
  if (size <= MAX_DOCUMENT_BYTES) return
  const message = `The session is too large: its document would have ${size} bytes, and MongoDB stores at most ${MAX_DOCUMENT_BYTES}`
  throw new MongoStoreError('MongoServerError', message, 10334, 'BSONObjectTooLarge')
}

/** The error of an operation on a closed store. */
function closedError() {
  return new MongoStoreError('MongoNotConnectedError', 'Client must be connected before running operations')
}

/**
 * Turns anything that was thrown into an error for the application: always an Error, and never with the code ENOENT,
 * which express-session takes as "no such session".
 * @param {unknown} thrown
 * @param {string} [by] what threw it
 * @returns {Error}
 */
function asError(thrown, by = 'A hook of the session store') {
  if (!isError(thrown)) return new Error(`${by} threw something that is not an Error`, { cause: thrown })
  if ('code' in thrown && thrown.code === 'ENOENT') {
    return new Error(`${by} failed: ${thrown.message}`, { cause: thrown })
  }
  return thrown
}

/**
 * Whether a value is an Error, of any realm.
 * @param {unknown} value
 * @returns {value is Error}
 */
function isError(value) {
  return value instanceof Error || ['[object Error]', '[object DOMException]'].includes(toString.call(value))
}

module.exports = {
  MongoStoreError,
  cryptoError,
  fromCipher,
  fromNative,
  timeoutError,
  isOfCrypto,
  closedError,
  goneError,
  conflictError,
  checkSize,
  asError,
}
