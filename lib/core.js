'use strict'

// The private part of a store: its operations, each with one call that starts it and one method that answers it. The store,
// or what stands for it, emits the events and makes the ids.

const { goneError } = require('./common/errors.js')
const { isThenable, quiet, settle } = require('./common/promises.js')
const { nextTick } = require('./common/timers.js')
const { Connection } = require('./connection/connection.js')
const { Operation } = require('./connection/operation.js')
const { KIND } = require('./connection/results.js')
const { shape } = require('./connection/stats.js')
const { coreIn } = require('./core-of.js')
const { Live } = require('./options/live.js')
const { Codec } = require('./session/codec.js')
const { warnOfShort } = require('./session/session-id.js')
const { Starting } = require('./starting.js')

/** @import { Call, OnResult } from './connection/operation.js' */
/** @import { Style } from './options/index.js' */
/** @import { Options } from './options/table.js' */
/** @import { Hooks, Session } from './session/codec.js' */
/** @typedef {InstanceType<typeof Operation>} AnOperation */

/**
 * What the core needs of a store, or of what stands for it.
 * @typedef {object} AnyStore
 * @property {(event: string, ...values: unknown[]) => boolean} emit
 * @property {(sid: string) => unknown} computeStorageId
 * @property {Options} options
 * @property {unknown} ttl
 * @property {Hooks} transformFunctions
 */

class Core {
  #style
  #codec
  #connection
  #starting
  /** @type {Promise<void> | undefined} */
  #closing
  /** The number of saves that were left out, because their sessions had been destroyed. */
  #savesLeftOut = 0

  /**
   * @param {AnyStore} store whose core it is
   * @param {ReturnType<typeof import('./options/index.js').readOptions>} checked its options, from `readOptions`
   * @param {object} from the store's class
   * @param {Style} from.style
   * @param {Function} from.computeStorageId
   * @param {(state: 'connected' | 'disconnected') => void} from.onState is told the state of the connection
   * @param {() => void} from.onNoIndex is called if no index removes expired sessions, although one was asked for
   * @param {(then?: Function) => Promise<void>} from.closeStore closes the store when its client is closed
   * @param {InstanceType<typeof import('./session/host-session.js').HostSession>} [from.host] finds the class of
   *   sessions if the application did not pass the class to derive from
   */
  constructor(
    store,
    { connection, settings, hooks },
    { style, computeStorageId, onState, onNoIndex, closeStore, host },
  ) {
    this.#style = style
    this.host = host
    this.#codec = new Codec(new Live(store, style, settings), settings)
    this.#connection = new Connection(connection, settings, { onState, onNoIndex, closeStore })
    this.#starting = new Starting({
      codec: this.#codec,
      connection: this.#connection,
      settings,
      options: store.options,
      hooks,
      computeStorageId,
      skip: (operation) => this.#answer(operation),
    })
  }

  /** The objects of the `mongodb` package for the same collection. */
  driver() {
    return this.#connection.driver
  }

  /** Where the sessions are. */
  get place() {
    return this.#connection.place
  }

  /** How long an operation may take, in milliseconds. */
  get timeLimitMs() {
    return this.#connection.timeLimitMs
  }

  /** What the store has done so far. */
  stats() {
    return shape(this.#connection.stats(), {
      savesLeftOut: this.#savesLeftOut,
      conflicts: this.#starting.conflicts,
    })
  }

  /**
   * Notes that a session which was read continues as another object.
   * @param {Session} session
   * @param {unknown} successor
   */
  follow(session, successor) {
    this.#codec.follow(session, successor)
  }

  /** Answers what is in flight, and ends the connection. */
  close() {
    this.#closing ??= quiet(this.#shutDown())
    return this.#closing
  }

  #shutDown() {
    const started = this.#starting.close()
    return started ? started.then(() => this.#connection.close()) : this.#connection.close()
  }

  /**
   * Removes expired sessions, without an event.
   * @param {(error: Error | null) => void} callback
   */
  removeExpired(callback) {
    this.#connection.carrier.send(new Operation('removeExpired', { callback }, this), 'removeExpired', Date.now())
  }

  /**
   * @param {string} kind
   * @param {Call} call
   * @param {OnResult} onResult
   */
  #operation(kind, call, onResult) {
    return new Operation(kind, call, this, onResult, this.#style.promiseBesideCallback)
  }

  /**
   * The `_id` of a session's document, by the store's own `computeStorageId`.
   * @param {AnyStore} store
   * @param {string} sid
   */
  storageId(store, sid) {
    return this.#starting.storageId(store, sid)
  }

  // The operations, in the order of express-session's documentation. After each comes how it is answered: first its
  // events, then its answer.

  /** @param {Call} call */
  all(call) {
    return this.#starting.all(this.#operation('all', call, this.#found), Date.now())
  }

  /** @type {OnResult} */
  #found(operation, _kind, documents) {
    settle(
      () => this.#codec.fromDocuments(operation, documents),
      (sessions) => {
        emit(operation, 'all', sessions)
        operation.answer(null, sessions)
      },
      (thrown) => operation.fail(thrown),
    )
  }

  /** @param {Call} call */
  destroy(call) {
    return this.#starting.one(this.#operation('destroy', call, this.#destroyed))
  }

  /** @param {AnOperation} operation */
  #destroyed(operation) {
    this.#answer(operation, emit(operation, 'destroy', operation.sid))
  }

  /** @param {Call} call */
  clear(call) {
    return this.#starting.all(this.#operation('clear', call, this.#cleared))
  }

  /** @param {AnOperation} operation */
  #cleared(operation) {
    this.#answer(operation, true)
  }

  /** @param {Call} call */
  length(call) {
    // connect-mongo 6 also passes a number with an error.
    const besideErrors = this.#style.valuesOfWrites ? [] : [0]
    return this.#starting.all(this.#operation('length', { ...call, besideErrors }, this.#counted))
  }

  /** @type {OnResult} */
  #counted(operation, _kind, count) {
    operation.answer(null, count)
  }

  /** @param {Call} call */
  get(call) {
    return this.#starting.one(this.#operation('get', call, this.#got), Date.now())
  }

  /** @type {OnResult} */
  #got(operation, kind, value, dates) {
    if (kind === KIND.MISSING) return this.#give(operation, null)
    let session
    try {
      session = this.#codec.fromDocument(operation, value, dates)
    } catch (error) {
      return operation.fail(error)
    }
    if (!isThenable(session)) return this.#give(operation, session)
    settle(
      () => session,
      (found) => this.#give(operation, found),
      (thrown) => operation.fail(thrown),
    )
  }

  /**
   * @param {AnOperation} operation
   * @param {Session | null} session
   */
  #give(operation, session) {
    if (session !== null || this.#style.emitsMisses) emit(operation, 'get', operation.sid)
    operation.answer(null, session ?? this.#style.missing)
  }

  /** @param {Call & {store: AnyStore, sid: string, session: Session}} call */
  set(call) {
    const operation = this.#operation('set', call, this.#stored)
    const { session } = call
    if (typeof session === 'function') {
      return operation.refuse(new TypeError('set needs a session, but got a function'))
    }
    operation.ofRequest = this.#isOfRequest(session)
    return this.#starting.set(operation, session)
  }

  /** @type {OnResult} */
  #stored(operation, kind, isNew) {
    if (kind === KIND.MISSING) return this.#leaveOut(operation)
    if (isNew && operation.ofRequest) warnOfShort(/** @type {string} */ (operation.sid))
    emit(operation, isNew ? 'create' : 'update', operation.sid)
    emit(operation, 'set', operation.sid)
    this.#answer(operation)
  }

  /**
   * Answers the save of a session that was destroyed after it was read.
   * @param {AnOperation} operation
   */
  #leaveOut(operation) {
    this.#savesLeftOut += 1
    if (operation.ofRequest) this.#answer(operation)
    else operation.answer(goneError())
  }

  /**
   * Whether a session belongs to a request that express-session serves with this store. Somebody may log out while the
   * request is answered: that is no error of the request.
   * @param {Session | null | undefined} session
   */
  #isOfRequest(session) {
    try {
      return coreIn(session?.req?.sessionStore) === this
    } catch {
      return false // what a getter throws is no error of the operation, which does not need that property
    }
  }

  /** @param {Call & {store: AnyStore, sid: string, session: Session}} call */
  touch(call) {
    const operation = this.#operation('touch', call, this.#touched)
    const { session } = call
    if (session === undefined || session === null || typeof session === 'function') {
      return operation.refuse(new TypeError('touch needs a session'))
    }
    operation.ofRequest = this.#isOfRequest(session)
    return this.#starting.touch(operation, session)
  }

  /** @type {OnResult} */
  #touched(operation, _kind, isFound) {
    const { sid, session } = operation
    if (!isFound && this.#style.touchMustFind) {
      if (operation.ofRequest) this.#answer(operation)
      else operation.answer(new Error('Unable to find the session to touch'))
      return
    }
    emit(operation, 'touch', sid, session)
    this.#answer(operation)
  }

  /**
   * @param {AnOperation} operation
   * @param {unknown} [value]
   */
  #answer(operation, value) {
    if (this.#style.valuesOfWrites) operation.answer(null, value)
    else operation.answer(null)
  }
}

/**
 * Emits an event on the store of an operation. An exception of a listener is not an error of the operation, and
 * surfaces by itself.
 * @param {{store?: object}} operation
 * @param {string} event
 * @param {unknown[]} values
 */
function emit({ store }, event, ...values) {
  try {
    return /** @type {AnyStore} */ (store).emit(event, ...values)
  } catch (error) {
    nextTick(() => {
      throw error
    })
    return true
  }
}

module.exports = { Core, emit }
