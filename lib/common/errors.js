'use strict'

// The one place where a failure told by the addon becomes an Error. It is made here, not in the addon, so that it
// belongs to the realm of the application: test runners compare prototypes.

/**
 * An error of the server, the connection or the addon, with the name, code and labels that the `mongodb` package
 * gives to the same error.
 */
class MongoStoreError extends Error {
  constructor(name, message, code, codeName, errorLabels) {
    super(message)
    Object.defineProperty(this, 'name', { value: name, configurable: true, writable: true })
    if (code !== undefined) this.code = code
    if (codeName !== undefined) this.codeName = codeName
    this.errorLabels = errorLabels
  }

  /** Whether the error carries a label such as `RetryableWriteError`. */
  hasErrorLabel(label) {
    return this.errorLabels.includes(label)
  }
}

/** An error from the five parts that the addon gives. What comes from the application's own driver is an error already. */
function fromNative(failure) {
  if (!Array.isArray(failure)) return failure
  const [name, message, code, codeName, labels] = failure
  if (name === CRYPTO) return new MongoStoreError(name, message, codeName, undefined, labels)
  return new MongoStoreError(name, message, code, codeName, labels)
}

const CRYPTO = 'MongoStoreCryptoError'
/** The codes of the words that connect-mongo and kruptein have for what goes wrong. */
const CRYPTO_CODES = {
  'Encrypted session was tampered with!': 'ERR_SESSION_TAMPERED',
  'Encrypted session was tampered with! (timing)': 'ERR_SESSION_TAMPERED',
  'Unable to parse ciphertext object!': 'ERR_SESSION_FORMAT',
  'Unable to decrypt ciphertext!': 'ERR_SESSION_DECRYPT',
}

/** The error of a session that could not be encrypted or decrypted, from the words that say why. */
function cryptoError(message) {
  return new MongoStoreError(CRYPTO, message, CRYPTO_CODES[message] ?? 'ERR_SESSION_CIPHER', undefined, [])
}

/** Whether an error says that a session could not be encrypted or decrypted. */
function isOfCrypto(error) {
  return error?.name === CRYPTO
}

/** The error of an operation on a store that was closed. */
function closedError() {
  return new MongoStoreError(
    'MongoNotConnectedError',
    'Client must be connected before running operations',
    undefined,
    undefined,
    [],
  )
}

/**
 * What may be handed to an application as an error: always an Error, and never one that express-session would take
 * for "there is no such session", as it does with the code ENOENT.
 */
function asError(thrown) {
  if (!(thrown instanceof Error) && Object.prototype.toString.call(thrown) !== '[object Error]') {
    return new Error('A hook of the session store threw something that is not an Error', { cause: thrown })
  }
  if (thrown.code === 'ENOENT') {
    return new Error(`A hook of the session store failed: ${thrown.message}`, { cause: thrown })
  }
  return thrown
}

module.exports = { MongoStoreError, cryptoError, fromNative, isOfCrypto, closedError, asError }
