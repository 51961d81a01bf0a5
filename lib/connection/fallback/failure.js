'use strict'

// What a driver's errors tell of the next attempt, and what a caller is told of them. Mirrors `src/mongo/error.rs` and
// `src/model/failure.rs`. A server quotes commands and documents, with ids and sessions in them: nothing of that is told.

const { MongoStoreError } = require('../../common/errors.js')

/** What a failure tells of the next attempt; `policy.js` decides what is done about it. */
const FAILURE = Object.freeze({
  /** The same operation fails again. */
  FINAL: 'final',
  /** A statement ran into another one's write. */
  CONFLICT: 'conflict',
  /** The connection was lost, or the server is not the primary just now. */
  PASSING: 'passing',
  /** The server has too much to do. */
  OVERLOAD: 'overload',
  /** The time that it was given is over. */
  OUT_OF_TIME: 'out of time',
  /** The driver has looked for a server in vain. */
  NO_SERVER: 'no server',
  /** The servers do not let this user in. */
  REFUSED: 'refused',
})

/** The codes of `src/mongo/error.rs` for what another attempt may find in another state. */
const PASSING = new Set([6, 7, 43, 89, 91, 134, 189, 234, 237, 262, 9001, 10058, 10107, 11600, 11602, 13435, 13436])
const RATE_LIMIT = 462
const OUT_OF_TIME = 50
const WRITE_CONFLICT = 112
const DUPLICATE_KEY = 11_000
const AUTHENTICATION_FAILED = 18
/** Errors of the drivers for a connection that was lost, or could not be opened after all. */
const LOST = new Set([
  'MongoNetworkError',
  'MongoNetworkTimeoutError',
  'MongoPoolClearedError',
  'MongoPoolClearedOnNetworkError',
  'MongoTopologyClosedError',
  'MongoServerClosedError',
])
/** The codes of Node for what is written to a connection that the other side has ended. */
const ENDED = new Set(['EPIPE', 'ECONNRESET', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END'])
/** The labels of an error after which newer drivers try again as often as the policy would: more would be too much. */
const BACK_OFF = ['SystemOverloadedError', 'RetryableError']
const NAMES = { MongoServerSelectionError: FAILURE.NO_SERVER, MongoOperationTimeoutError: FAILURE.OUT_OF_TIME }

/**
 * What was thrown, as `{ kind, error }`: what it tells of the next attempt, and the error for the caller.
 * @param {*} thrown
 * @param {object} by what threw it
 * @param {boolean} by.isStandIn whether it is an object of the application's tests, whose errors stay as they are
 * @param {boolean} by.backsOff whether it is a driver that tries again under overload by itself
 */
function failureOf(thrown, { isStandIn, backsOff }) {
  const error = thrown ?? new Error('The client of the application failed without an error')
  if (error instanceof MongoStoreError) return { kind: NAMES[error.name] ?? FAILURE.FINAL, error }
  const statement = refusedStatement(error)
  const kind = kindOf(error, statement)
  const isTriedOut = kind === FAILURE.OVERLOAD && backsOff && BACK_OFF.every((label) => labelsOf(error).includes(label))
  return { kind: isTriedOut ? FAILURE.FINAL : kind, error: isStandIn ? error : told(error, statement) }
}

/** What the server says of the one statement that it refused, where the driver's error is about the write concern. */
function refusedStatement(error) {
  return error.name === 'MongoWriteConcernError' ? error.result?.writeErrors?.[0] : undefined
}

function kindOf(error, statement) {
  const { name, code, syscall } = error
  // Some drivers let an error of the socket through as it is. What is labelled in it is not the server's doing.
  if (LOST.has(name) || ENDED.has(code) || ['read', 'write', 'connect'].includes(syscall)) return FAILURE.PASSING
  if (name in NAMES) return NAMES[name]
  if (statement) return ofCode(statement.code, [], statement)
  const kind = ofCode(code, labelsOf(error), error)
  return name === 'MongoWriteConcernError' && kind === FAILURE.CONFLICT ? FAILURE.FINAL : kind
}

function ofCode(code, labels, details) {
  if (labels.includes('SystemOverloadedError') || code === RATE_LIMIT) return FAILURE.OVERLOAD
  if (code === OUT_OF_TIME) return FAILURE.OUT_OF_TIME
  if (PASSING.has(code) || labels.includes('RetryableWriteError')) return FAILURE.PASSING
  if (labels.includes('RetryableError')) return FAILURE.OVERLOAD
  if (code === WRITE_CONFLICT || (code === DUPLICATE_KEY && isOfId(details))) return FAILURE.CONFLICT
  return code === AUTHENTICATION_FAILED ? FAILURE.REFUSED : FAILURE.FINAL
}

/** Whether a key that is there already is the session's id: another attempt finds it. Other keys are the application's. */
function isOfId({ keyPattern, errmsg, message }) {
  if (keyPattern) return Object.keys(keyPattern).join() === '_id'
  return (errmsg ?? message ?? '').includes(' index: _id_ ')
}

function labelsOf({ errorLabels }) {
  return Array.isArray(errorLabels) ? errorLabels : []
}

/** The error for the caller: a driver's own keeps documents beside its message. */
function told(error, statement) {
  if (statement)
    return new MongoStoreError('MongoServerError', cut(statement.errmsg), statement.code, statement.codeName, [])
  const { name, message, code, codeName } = error
  if (!/^(?:Mongo|WriteError$)/.test(name)) return error
  // Drivers before version 4 have one class for all that servers say.
  const isOfServer = typeof code === 'number' && ['MongoError', 'WriteError'].includes(name)
  return new MongoStoreError(isOfServer ? 'MongoServerError' : name, cut(message), code, codeName, labelsOf(error))
}

/** What a server says, up to the first command or document in it. */
function cut(message = '') {
  return message.split('{', 1)[0].replace(/[ :(,]+$/, '')
}

/** The error of an operation that was not done by its deadline, with what is known of the cause. */
function lateError(limitMs, cause, servers) {
  const start = `timed out after ${limitMs} ms: `
  if (!cause) return plainError('MongoOperationTimeoutError', `${start}${servers} did not answer`)
  // Node's codes are words: express-session takes one of them, ENOENT, for "no such session".
  const code = typeof cause.code === 'number' ? cause.code : undefined
  return new MongoStoreError('MongoOperationTimeoutError', start + cause.message, code, cause.codeName, labelsOf(cause))
}

/** An error of the store itself. */
function plainError(name, message) {
  return new MongoStoreError(name, message, undefined, undefined, [])
}

module.exports = { FAILURE, failureOf, lateError, plainError }
