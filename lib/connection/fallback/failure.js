'use strict'

// Interprets the errors of a driver: what they mean for the next attempt, and what the caller may know. It mirrors
// `error.rs`, `codes.rs` and `quoting.rs` in `src/mongo`, and `src/model/failure.rs`. A server quotes commands and documents that
// contain ids and sessions. No error for a caller contains any of that.

const { MongoStoreError, timeoutError } = require('../../common/errors.js')
const { masked } = require('../../common/secrets.js')
const { whyNone } = require('./servers.js')

/** @import { Topology } from './servers.js' */

/**
 * An error of a driver, with all properties that are read here.
 * @typedef {object} DriverError
 * @property {string} [name]
 * @property {string} [message]
 * @property {number | string} [code]
 * @property {string} [codeName]
 * @property {string} [syscall]
 * @property {unknown} [errorLabels]
 * @property {object} [keyPattern]
 * @property {string} [errmsg]
 * @property {{writeErrors?: Refused[]}} [result]
 * @property {Topology} [reason] the servers, if none of them could be used
 */

/**
 * What the server says about a statement that it refused.
 * @typedef {{code?: number, codeName?: string, errmsg?: string, keyPattern?: object, message?: string}} Refused
 */

/** @typedef {typeof FAILURE[keyof typeof FAILURE]} FailureKind */

/** What a failure means for the next attempt; `policy.js` decides what to do about it. */
const FAILURE = Object.freeze({
  /** The same operation would fail again. */
  FINAL: 'final',
  /** A statement conflicted with another write. */
  CONFLICT: 'conflict',
  /** The connection was lost, or the server is not the primary just now. */
  PASSING: 'passing',
  /** The server has too much to do. */
  OVERLOAD: 'overload',
  /** The servers refuse the transaction numbers of retryable writes. */
  UNNUMBERED: 'unnumbered',
  /** The server's time limit has passed. */
  OUT_OF_TIME: 'out of time',
  /** The driver found no server. */
  NO_SERVER: 'no server',
  /** The servers do not accept this user. */
  REFUSED: 'refused',
})

/**
 * The codes after which the next attempt may find the server in another state, as in `src/mongo/codes.rs`.
 * @type {Set<unknown>}
 */
const PASSING = new Set([6, 7, 43, 89, 91, 134, 189, 234, 237, 262, 9001, 10058, 10107, 11600, 11602, 13435, 13436])
const RATE_LIMIT = 462
/** The code of Azure Cosmos DB for more requests than are paid for, and what it says to wait, as in `src/mongo/codes.rs`. */
const THROTTLED = 16_500
const RETRY_AFTER = /RetryAfterMs=(\d+)/
const OUT_OF_TIME = 50
const WRITE_CONFLICT = 112
const DUPLICATE_KEY = 11_000
const AUTHENTICATION_FAILED = 18
/**
 * The codes of a command that can't work with any statements, and whose messages quote no values, as in
 * `src/mongo/codes.rs`.
 */
const COMMANDS_OWN = new Set([
  13, 18, 20, 24, 26, 46, 59, 60, 64, 72, 73, 79, 100, 115, 165, 166, 206, 225, 251, 322, 323, 324, 391, 8000, 11601,
  13297, 14031,
])
/** How servers refuse transaction numbers; the second is the driver's text for MongoDB's refusal. */
const NO_NUMBERS = /^(?:Retryable writes are not supported|This MongoDB deployment does not support retryable writes)/
/** What drivers say that have found no server, and know no reason. */
const NOT_FOUND = /^Server selection timed out after (\d+) ms$/
/** The answer of Azure Cosmos DB to a TTL index on another field than its own. */
const ONLY_TS = "The 'expireAfterSeconds' option is supported on '_ts' field only."
/** Messages that quote names only, while others with the same code may quote values: as in `src/mongo/quoting.rs`. */
const NAMES_ONLY = [
  "cannot use 'w' > 1 when a host is not replicated",
  ONLY_TS,
  'Index option "expireAfterSeconds" is not implemented yet',
]
/** What servers put between an error and its cause. */
const CAUSE = ' :: caused by :: '
/** The signs that servers put before values. Between letters, one of them is an apostrophe. */
const QUOTATION = /[{[:"`]|(?<![\p{L}\p{N}])'/u
/**
 * The errors of drivers for a connection that was lost or could not be opened.
 * @type {Set<unknown>}
 */
const LOST = new Set([
  'MongoNetworkError',
  'MongoNetworkTimeoutError',
  'MongoPoolClearedError',
  'MongoPoolClearedOnNetworkError',
  'MongoTopologyClosedError',
  'MongoServerClosedError',
])
/**
 * Node's codes for writing to a connection that the other side has closed.
 * @type {Set<unknown>}
 */
const ENDED = new Set(['EPIPE', 'ECONNRESET', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END'])
/** The labels of errors that newer drivers have already retried as often as the policy would. */
const BACK_OFF = ['SystemOverloadedError', 'RetryableError']
/** @type {Record<string, FailureKind | undefined>} */
const NAMES = { MongoServerSelectionError: FAILURE.NO_SERVER, MongoOperationTimeoutError: FAILURE.OUT_OF_TIME }

/**
 * Interprets what was thrown, as `{ kind, error, retryAfter }`: what it means for the next attempt, the error for the caller,
 * and how many milliseconds a server that throttles requests asks to wait.
 * @param {unknown} thrown
 * @param {object} by what threw it
 * @param {boolean} by.isStandIn whether it is a stand-in in a test of the application, whose errors stay as they are
 * @param {boolean} [by.backsOff] whether it is a driver that retries under overload by itself
 * @param {string} by.servers the names of its servers
 * @returns {{kind: FailureKind, error: Error & DriverError, retryAfter?: number}}
 */
function failureOf(thrown, { isStandIn, backsOff, servers }) {
  if (thrown instanceof MongoStoreError) return { kind: NAMES[thrown.name] ?? FAILURE.FINAL, error: thrown }
  const error = /** @type {Error & DriverError} */ (
    thrown ?? new Error('The client of the application failed without an error')
  )
  const statement = refusedStatement(error)
  const kind = kindOf(error, statement)
  const isTriedOut = kind === FAILURE.OVERLOAD && backsOff && BACK_OFF.every((label) => labelsOf(error).includes(label))
  return {
    kind: isTriedOut ? FAILURE.FINAL : kind,
    error: isStandIn ? error : told(error, statement, servers),
    retryAfter: retryAfterOf(statement ?? error),
  }
}

/**
 * How long a server that throttles requests asks to wait, in milliseconds. Not all of its messages name a time.
 * @param {Refused | DriverError} details
 */
function retryAfterOf({ code, errmsg, message }) {
  if (code !== THROTTLED) return undefined
  const [, named = 0] = RETRY_AFTER.exec(errmsg ?? message ?? '') ?? []
  return Number(named)
}

/**
 * What the server says about the one statement that it refused, if the driver's error is about the write concern.
 * @param {DriverError} error
 */
function refusedStatement(error) {
  return error.name === 'MongoWriteConcernError' ? error.result?.writeErrors?.[0] : undefined
}

/**
 * @param {DriverError} error
 * @param {Refused | undefined} statement
 * @returns {FailureKind}
 */
function kindOf(error, statement) {
  const { name, code, syscall } = error
  // Some drivers pass on an error of the socket unchanged. Its labels are not the server's.
  if (LOST.has(name) || ENDED.has(code) || ['read', 'write', 'connect'].includes(String(syscall)))
    return FAILURE.PASSING
  const named = NAMES[String(name)]
  if (named) return named
  if (statement) return ofCode(statement.code, [], statement)
  const kind = ofCode(code, labelsOf(error), error)
  return name === 'MongoWriteConcernError' && kind === FAILURE.CONFLICT ? FAILURE.FINAL : kind
}

/**
 * @param {number | string | undefined} code
 * @param {string[]} labels
 * @param {Refused | DriverError} details
 */
function ofCode(code, labels, details) {
  if (labels.includes('SystemOverloadedError') || code === RATE_LIMIT || code === THROTTLED) return FAILURE.OVERLOAD
  if (code === OUT_OF_TIME) return FAILURE.OUT_OF_TIME
  if (NO_NUMBERS.test(details.errmsg ?? details.message ?? '')) return FAILURE.UNNUMBERED
  if (PASSING.has(code) || labels.includes('RetryableWriteError')) return FAILURE.PASSING
  if (labels.includes('RetryableError')) return FAILURE.OVERLOAD
  if (code === WRITE_CONFLICT || (code === DUPLICATE_KEY && isOfId(details))) return FAILURE.CONFLICT
  return code === AUTHENTICATION_FAILED ? FAILURE.REFUSED : FAILURE.FINAL
}

/**
 * Whether a duplicate key is the id of the session, which the next attempt will find. Other keys belong to the
 * application.
 * @param {Refused | DriverError} details
 */
function isOfId({ keyPattern, errmsg, message }) {
  if (keyPattern) return Object.keys(keyPattern).join() === '_id'
  return (errmsg ?? message ?? '').includes(' index: _id_ ')
}

/**
 * @param {{errorLabels?: unknown}} error
 * @returns {string[]}
 */
function labelsOf({ errorLabels }) {
  return Array.isArray(errorLabels) ? errorLabels : []
}

/**
 * The error for the caller. The driver's own error holds documents next to its message.
 * @param {Error & DriverError} error
 * @param {Refused | undefined} statement
 * @param {string} servers
 * @returns {Error & DriverError}
 */
function told(error, statement, servers) {
  if (statement)
    return new MongoStoreError(
      'MongoServerError',
      said(statement.code, statement.errmsg),
      statement.code,
      statement.codeName,
    )
  const { name, code, codeName } = error
  if (!/^(?:Mongo|WriteError$)/.test(name)) return error
  const notFound = name === 'MongoServerSelectionError' && whyNone(error.reason ?? {}, servers)
  const message = notFound || error.message.replace(NOT_FOUND, `No server was found within $1 ms among ${servers}`)
  // Some servers' errors have no code.
  const words = said(code ?? (name === 'MongoServerError' ? 0 : undefined), masked(message))
  // Drivers before version 4 have one class for all errors of servers.
  const isOfServer = typeof code === 'number' && ['MongoError', 'WriteError'].includes(name)
  return new MongoStoreError(isOfServer ? 'MongoServerError' : name, words, code, codeName, labelsOf(error))
}

/**
 * What a server or a driver says besides what it quotes, as in `src/mongo/quoting.rs`.
 * @param {number | string | undefined} code
 * @param {string} [message]
 */
function said(code, message = '') {
  const known = NAMES_ONLY.find((text) => message.startsWith(text))
  if (known) return known
  // A message without a server's code comes from the driver, which quotes nothing but documents.
  const namesOnly = typeof code !== 'number' || [OUT_OF_TIME, DUPLICATE_KEY].includes(code) || COMMANDS_OWN.has(code)
  if (namesOnly || PASSING.has(code)) return trimmed(message.split('{', 1)[0])
  const parts = []
  for (const part of message.split(CAUSE)) {
    const at = part.search(QUOTATION)
    parts.push(trimmed(at < 0 ? part : part.slice(0, at)))
    if (at >= 0) break
  }
  return trimmed(parts.join(CAUSE)) || 'The server refused the command'
}

/** @param {string} text */
function trimmed(text) {
  return text.replace(/[ :(,=]+$/, '')
}

/**
 * The error of an operation that did not end by its deadline, with what is known about the cause.
 * @param {number} limitMs
 * @param {Error & DriverError} [cause]
 * @param {string} [servers] their names
 */
function lateError(limitMs, cause, servers) {
  if (!cause) return timeoutError(limitMs, `${servers} did not answer`)
  // Node's codes are words. express-session takes one of them, ENOENT, as "no such session".
  const code = typeof cause.code === 'number' ? cause.code : undefined
  return timeoutError(limitMs, cause.message, { code, codeName: cause.codeName, errorLabels: labelsOf(cause) })
}

/** The error of a TTL index that Azure Cosmos DB accepts, although it removes nothing by it. */
function uselessIndexError() {
  return new MongoStoreError('MongoServerError', ONLY_TS, 2, 'BadValue')
}

module.exports = { FAILURE, failureOf, lateError, uselessIndexError }
