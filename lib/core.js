'use strict'

// The private part of a store: how its operations start and end, with one call of a carrier each. The store, or what stands
// for it, emits the events and makes the ids.
//
// If no function of the application is involved, an operation goes straight from its check to the carrier. Otherwise it
// goes through `Preparing`, which keeps the order of the calls.

const { goneError } = require('./common/errors.js')
const { isThenable, quiet, settle } = require('./common/promises.js')
const { nextTick } = require('./common/timers.js')
const { Connection } = require('./connection/connection.js')
const { Operation } = require('./connection/operation.js')
const { KIND } = require('./connection/results.js')
const { shape } = require('./connection/stats.js')
const { coreIn } = require('./core-of.js')
const { Live } = require('./options/live.js')
const { Saving } = require('./saving.js')
const { Codec } = require('./session/codec.js')
const { Preparing } = require('./session/preparing.js')
const { sessionId, warnOfShort } = require('./session/session-id.js')

/** @import { Sent } from './connection/opening.js' */
/** @import { Call, OnResult } from './connection/operation.js' */
/** @import { Style } from './options/index.js' */
/** @import { Options } from './options/table.js' */
/** @import { Hooks, Session, SessionDocument } from './session/codec.js' */
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
  #settings
  #codec
  #connection
  /** Whether functions of the application, which may be asynchronous, make ids or sessions. */
  #hasHooks
  /** The functions that convert sessions, unless somebody patches them later. */
  #hooks
  /** The method of the store's class that makes ids, unless somebody patches it later. */
  #computeStorageId
  /** @type {InstanceType<typeof Preparing<AnOperation>>} */
  #preparing
  /** @type {Promise<void> | undefined} */
  #closing
  /**
   * What saves sessions under the option `onConflict`; undefined if the last save wins.
   * @type {InstanceType<typeof Saving> | undefined}
   */
  #saving
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
    const { serialize, unserialize } = store.options
    this.#style = style
    this.host = host
    this.#settings = settings
    this.#codec = new Codec(new Live(store, style, settings), settings)
    this.#hasHooks = Boolean(serialize || unserialize || settings.encryption?.adapter)
    this.#hooks = { ...hooks }
    this.#computeStorageId = computeStorageId
    const { onConflict } = settings
    if (onConflict) {
      const send = (/** @type {Sent} */ step, /** @type {string} */ method, /** @type {unknown[]} */ ...values) =>
        this.#connection.carrier.send(step, method, ...values)
      this.#saving = new Saving(this.#codec, { ...settings, onConflict }, send)
    }
    this.#preparing = new Preparing({
      idOf: (operation, sid) => /** @type {AnyStore} */ (operation.store).computeStorageId(sid),
      send: (operation, ...values) => this.#send(operation, ...values),
      skip: (operation) => this.#answerLater(operation),
    })
    this.#connection = new Connection(connection, settings, { onState, onNoIndex, closeStore })
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
      conflicts: this.#saving?.conflicts ?? 0,
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
    const prepared = this.#preparing.close()
    return prepared ? prepared.then(() => this.#connection.close()) : this.#connection.close()
  }

  /**
   * Removes expired sessions, without an event.
   * @param {(error: Error | null) => void} callback
   */
  removeExpired(callback) {
    this.#connection.carrier.send(new Operation('removeExpired', { callback }, this), 'removeExpired', Date.now())
  }

  // How operations start.

  /**
   * @param {string} kind
   * @param {Call} call
   * @param {OnResult} onResult
   */
  #operation(kind, call, onResult) {
    return new Operation(kind, call, this, onResult, this.#style.promiseBesideCallback)
  }

  /**
   * Whether operations on a session take turns, since an earlier one may take more than one step.
   * @param {AnyStore} store
   */
  #takesTurns(store) {
    return this.#saving !== undefined || this.#isHooked(store)
  }

  /**
   * Whether an operation goes through functions of the application. Some applications patch ours, on a store or on its
   * class.
   * @param {AnyStore} store
   */
  #isHooked(store) {
    return Boolean(
      this.#hasHooks ||
        store.options.transformId ||
        store.computeStorageId !== this.#computeStorageId ||
        store.transformFunctions.serialize !== this.#hooks.serialize ||
        store.transformFunctions.unserialize !== this.#hooks.unserialize,
    )
  }

  /**
   * The `_id` of a session's document, by the store's own `computeStorageId`.
   * @param {AnyStore} store
   * @param {string} sid
   */
  storageId({ options: { transformId } }, sid) {
    if (typeof transformId === 'function' && !this.#settings.encryption?.idsOf) return transformId(sid)
    const { hashId } = this.#settings
    return hashId ? hashId(sid) : sid
  }

  /**
   * The same if no function of the application makes it, in the form in which it crosses to a carrier.
   * @param {string | undefined} sid
   */
  #idOf(sid) {
    const { hashId } = this.#settings
    return hashId ? hashId(sessionId(sid)) : sessionId(sid)
  }

  /**
   * Sends an operation whose turn it is. Returns a promise if it may take several steps.
   * @param {AnOperation} operation
   * @param {any[]} values
   */
  #send(operation, ...values) {
    if (this.#saving && operation.kind === 'set') {
      const [id, now, value, expires, lastModified] = values
      const save = /** @type {AnOperation & {sid: string, session: Session}} */ (operation)
      return this.#saving.start(save, id, { value, expires, lastModified }, now)
    }
    this.#connection.carrier.send(operation, operation.kind, ...values)
  }

  /**
   * Starts an operation on one session that takes only its id, and the caller's clock if dates matter.
   * @param {AnOperation} operation
   * @param {[now?: number]} clock
   */
  #start(operation, ...clock) {
    if (this.#takesTurns(/** @type {AnyStore} */ (operation.store)))
      return this.#preparing.start(operation, () => clock)
    try {
      const id = this.#idOf(operation.sid)
      if (operation.flaw) throw operation.flaw
      this.#connection.carrier.send(operation, operation.kind, id, ...clock)
    } catch (error) {
      operation.failLater(error)
    }
    return operation.promise
  }

  /**
   * Starts an operation on all sessions.
   * @param {AnOperation} operation
   * @param {[now?: number]} clock
   */
  #startOnAll(operation, ...clock) {
    if (this.#takesTurns(/** @type {AnyStore} */ (operation.store))) return this.#preparing.startOnAll(operation, clock)
    try {
      if (operation.flaw) throw operation.flaw
      this.#connection.carrier.send(operation, operation.kind, ...clock)
    } catch (error) {
      operation.failLater(error)
    }
    return operation.promise
  }

  // The operations, in the order of express-session's documentation. After each comes how it is answered: first its
  // events, then its answer.

  /** @param {Call} call */
  all(call) {
    return this.#startOnAll(this.#operation('all', call, this.#found), Date.now())
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
    return this.#start(this.#operation('destroy', call, this.#destroyed))
  }

  /** @param {AnOperation} operation */
  #destroyed(operation) {
    this.#answer(operation, emit(operation, 'destroy', operation.sid))
  }

  /** @param {Call} call */
  clear(call) {
    return this.#startOnAll(this.#operation('clear', call, this.#cleared))
  }

  /** @param {AnOperation} operation */
  #cleared(operation) {
    this.#answer(operation, true)
  }

  /** @param {Call} call */
  length(call) {
    // connect-mongo 6 also passes a number with an error.
    const besideErrors = this.#style.valuesOfWrites ? [] : [0]
    return this.#startOnAll(this.#operation('length', { ...call, besideErrors }, this.#counted))
  }

  /** @type {OnResult} */
  #counted(operation, _kind, count) {
    operation.answer(null, count)
  }

  /** @param {Call} call */
  get(call) {
    return this.#start(this.#operation('get', call, this.#got), Date.now())
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
    const { store, sid, session } = call
    if (typeof session === 'function') {
      return operation.refuse(new TypeError('set needs a session, but got a function'))
    }
    operation.ofRequest = this.#isOfRequest(session)
    const now = Date.now()
    if (this.#isHooked(store))
      return this.#preparing.start(operation, () => this.#codec.toDocument(operation, session, now))
    try {
      const id = this.#idOf(sid)
      if (operation.flaw) throw operation.flaw
      // Without hooks this is never a promise.
      const document = /** @type {SessionDocument} */ (this.#codec.toDocument(operation, session, now))
      if (this.#saving) return this.#preparing.start(operation, () => document)
      const { value, expires, lastModified, isKnown } = document
      this.#connection.carrier.send(operation, 'set', id, now, value, expires, lastModified, isKnown)
    } catch (error) {
      operation.failLater(error)
    }
    return operation.promise
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
    return coreIn(session?.req?.sessionStore) === this
  }

  /** @param {Call & {store: AnyStore, sid: string, session: Session}} call */
  touch(call) {
    const operation = this.#operation('touch', call, this.#touched)
    const { store, sid, session } = call
    if (session === undefined || session === null || typeof session === 'function') {
      return operation.refuse(new TypeError('touch needs a session'))
    }
    const now = Date.now()
    if (this.#takesTurns(store)) return this.#preparing.start(operation, () => this.#touch(operation, session, now))
    try {
      const id = this.#idOf(sid)
      if (operation.flaw) throw operation.flaw
      const document = this.#touch(operation, session, now)
      if (document === null) this.#answerLater(operation)
      else {
        const { expires, lastModified, isKnownLive } = document
        this.#connection.carrier.send(operation, 'touch', id, now, expires, lastModified, isKnownLive)
      }
    } catch (error) {
      operation.failLater(error)
    }
    return operation.promise
  }

  /**
   * What a touch writes, or null for nothing.
   * @param {AnOperation} operation
   * @param {Session} session
   * @param {number} now
   */
  #touch(operation, session, now) {
    operation.ofRequest = this.#isOfRequest(session)
    return this.#codec.toTouch(session, now)
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

  /** @param {AnOperation} operation */
  #answerLater(operation) {
    nextTick(() => operation.runInAsyncScope(this.#answer, this, operation))
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
