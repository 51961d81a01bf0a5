'use strict'

// What a store keeps to itself: how its operations start and how they end, over one call of a carrier each. A store has its
// core under a symbol, so that it is found from whatever stands for the store: a Proxy around it, an object that inherits
// from it, or one that its properties were copied to. Events are emitted on that object, and it is asked for ids.
//
// Where no function of the application's is involved, an operation goes straight from its check to the carrier. Otherwise
// it goes through `Preparing`, which keeps the order of calls.

const { goneError } = require('./common/errors.js')
const { isThenable, quiet, settle } = require('./common/promises.js')
const { nextTick } = require('./common/timers.js')
const { Connection } = require('./connection/connection.js')
const { Operation } = require('./connection/operation.js')
const { KIND } = require('./connection/results.js')
const { shape } = require('./connection/stats.js')
const { Live } = require('./options/live.js')
const { Codec } = require('./session/codec.js')
const { Preparing } = require('./session/preparing.js')
const { sessionId } = require('./session/session-id.js')

/** @import { Call, OnResult } from './connection/operation.js' */
/** @import { Style } from './options/index.js' */
/** @import { Options } from './options/table.js' */
/** @import { Hooks, Session, SessionDocument } from './session/codec.js' */
/** @typedef {InstanceType<typeof Operation>} AnOperation */

/** The key under which a store has its core. */
const CORE = Symbol('connect-mongo-native')

/**
 * What the core asks of a store, or of what stands for it.
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
  /** Whether functions of the application make ids or sessions. They may be asynchronous. */
  #hasHooks
  /** The function that makes what is stored, unless somebody patches it later. */
  #serialize
  /** The method of the store's class that makes ids, unless somebody patches it later. */
  #computeStorageId
  /** @type {InstanceType<typeof Preparing<AnOperation>>} */
  #preparing
  /** @type {Promise<void> | undefined} */
  #closing
  /** The number of saves that were left out, because their sessions had been destroyed. */
  #savesLeftOut = 0

  /**
   * @param {AnyStore} store whose core it is
   * @param {ReturnType<typeof import('./options/index.js').readOptions>} checked its options, by `readOptions`
   * @param {object} from the store's class
   * @param {Style} from.style
   * @param {Function} from.computeStorageId
   * @param {(state: 'connected' | 'disconnected') => void} from.onState is told the state of the connection
   * @param {() => void} from.onNoIndex is called if no index removes expired sessions, although one was asked for
   * @param {(then?: Function) => Promise<void>} from.closeStore closes the store, when its client is closed
   * @param {InstanceType<typeof import('./session/host-session.js').HostSession>} [from.host] finds the class of sessions where the application did not pass the class to derive from
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
    this.#serialize = hooks.serialize
    this.#computeStorageId = computeStorageId
    this.#preparing = new Preparing({
      timeLimitMs: () => this.#connection.timeLimitMs,
      idOf: (operation, sid) => /** @type {AnyStore} */ (operation.store).computeStorageId(sid),
      send: (operation, ...values) => this.#connection.carrier.send(operation, operation.kind, ...values),
      skip: (operation) => this.#answerLater(operation),
    })
    this.#connection = new Connection(connection, settings, { onState, onNoIndex, closeStore })
  }

  /** The objects of the `mongodb` package for the same collection. */
  driver() {
    return this.#connection.driver
  }

  /** What the store has done so far. */
  stats() {
    return { ...shape(this.#connection.stats()), savesLeftOut: this.#savesLeftOut }
  }

  /**
   * Tells that a session which was read goes on as another object.
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
    this.#connection.carrier.send(new Operation('removeExpired', { callback }), 'removeExpired', Date.now())
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
   * Whether an operation goes through functions of the application. Some patch ours, on a store or on its class.
   * @param {AnyStore} store
   */
  #isHooked(store) {
    return Boolean(
      this.#hasHooks ||
        store.options.transformId ||
        store.computeStorageId !== this.#computeStorageId ||
        store.transformFunctions.serialize !== this.#serialize,
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
   * The same where no function of the application makes it, as it crosses to a carrier.
   * @param {string | undefined} sid
   */
  #idOf(sid) {
    const { hashId } = this.#settings
    return hashId ? hashId(sessionId(sid)) : sessionId(sid)
  }

  /**
   * Starts an operation on one session that has no values but its id, and the caller's clock if dates matter.
   * @param {AnOperation} operation
   * @param {[now?: number]} clock
   */
  #start(operation, ...clock) {
    if (this.#isHooked(/** @type {AnyStore} */ (operation.store))) return this.#preparing.start(operation, () => clock)
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
    if (this.#isHooked(/** @type {AnyStore} */ (operation.store))) return this.#preparing.startOnAll(operation, clock)
    try {
      if (operation.flaw) throw operation.flaw
      this.#connection.carrier.send(operation, operation.kind, ...clock)
    } catch (error) {
      operation.failLater(error)
    }
    return operation.promise
  }

  // The operations, in the order of express-session's documentation. Behind each stands how it is answered: its events, and
  // then its answer.

  /** @param {Call} call */
  all(call) {
    return this.#startOnAll(this.#operation('all', call, this.#found), Date.now())
  }

  /** @type {OnResult} */
  #found(operation, _kind, documents) {
    settle(
      () => this.#codec.fromDocuments(documents),
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
    // connect-mongo 6 gives a number with an error, too.
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
      session = this.#codec.fromDocument(operation.sid, value, dates[0], dates[1])
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
      return operation.refuse(new TypeError('set needs a session, and got a function'))
    }
    operation.ofRequest = this.#isOfRequest(session)
    const now = Date.now()
    if (this.#isHooked(store)) return this.#preparing.start(operation, () => this.#codec.toDocument(sid, session, now))
    try {
      const id = this.#idOf(sid)
      if (operation.flaw) throw operation.flaw
      // Without hooks it is never a promise.
      const document = /** @type {SessionDocument} */ (this.#codec.toDocument(sid, session, now))
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
    return session?.req?.sessionStore?.[CORE] === this
  }

  /** @param {Call & {store: AnyStore, sid: string, session: Session}} call */
  touch(call) {
    const operation = this.#operation('touch', call, this.#touched)
    const { store, sid, session } = call
    if (session === undefined || session === null || typeof session === 'function') {
      return operation.refuse(new TypeError('touch needs the session'))
    }
    const now = Date.now()
    if (this.#isHooked(store)) return this.#preparing.start(operation, () => this.#touch(operation, session, now))
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
   * What a touch writes; null for nothing.
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
 * Emits an event on the store of an operation. An exception of a listener is not the operation's error: it surfaces by
 * itself.
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

/**
 * Gives a store its core. The property is enumerable, so that copies of a store have it as well.
 * @param {object} store
 * @param {InstanceType<typeof Core>} core
 */
function attach(store, core) {
  Object.assign(store, { [CORE]: core })
}

/**
 * The core of a store, or of what stands for it; undefined where there is none, as in the prototype.
 * @param {any} store
 * @returns {InstanceType<typeof Core> | undefined}
 */
function coreIn(store) {
  return store?.[CORE]
}

/**
 * The same for a method, which needs one.
 * @param {any} store
 * @returns {InstanceType<typeof Core>}
 * @throws {TypeError} where there is none
 */
function coreOf(store) {
  const core = coreIn(store)
  if (core === undefined) {
    throw new TypeError(
      'A method of MongoStore was called on something else: call it on the store, or bind it to the store',
    )
  }
  return core
}

module.exports = { Core, attach, coreIn, coreOf, emit }
