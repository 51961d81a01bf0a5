'use strict'

// The store of express-session: its methods, events and properties, over one call of a carrier per operation. Every
// callback is called exactly once, after its method has returned; every promise settles.
//
// Where no function of the application's is involved, a method goes straight from its check to the carrier. Otherwise it
// goes through `Preparing`, which keeps the order of calls.

const { isThenable, promised, quiet, settle } = require('./common/promises.js')
const { INSPECT, printable, withoutSecrets } = require('./common/secrets.js')
const { LONGEST_TIMER, nextTick } = require('./common/timers.js')
const { warnOnce } = require('./common/warn.js')
const { Connection } = require('./connection/connection.js')
const { defineDriverObjects } = require('./connection/driver-objects.js')
const { Operation } = require('./connection/operation.js')
const { KIND } = require('./connection/results.js')
const { shape } = require('./connection/stats.js')
const { readOptions } = require('./options/index.js')
const { Live } = require('./options/live.js')
const { Codec } = require('./session/codec.js')
const { HostSession, createSession } = require('./session/host-session.js')
const { Preparing } = require('./session/preparing.js')
const { sessionId } = require('./session/session-id.js')

/** @import { Value } from './common/native.js' */
/** @import { Call, OnResult } from './connection/operation.js' */
/** @import { Dates } from './connection/results.js' */
/** @import { Settings, Style } from './options/index.js' */
/** @import { Options } from './options/table.js' */
/** @import { Hooks, Session, SessionDocument } from './session/codec.js' */
/** @import { Store as HostStore } from './session/host-session.js' */
/** @typedef {InstanceType<typeof Operation>} AnOperation */

/** @typedef {(error?: any, value?: any) => void} Callback */

/**
 * The `Store` that a host offers, as far as it matters here.
 * @typedef {new (...args: any[]) => {
 *   emit(event: string, ...values: unknown[]): boolean,
 *   regenerate(req: object, callback: Callback): unknown,
 *   createSession(req: object, session: Session, ...others: unknown[]): Session,
 * }} BaseStore
 */

/**
 * The class of a store.
 * @param {BaseStore} Base the `Store` of express-session or Connect
 * @param {Style} style
 * @param {new () => object} [MemoryStore] of the same host, for the option `fallbackMemory`
 */
function defineStore(Base, style, MemoryStore) {
  class MongoStore extends Base {
    /** @type {Readonly<Settings>} */
    #settings
    /** @type {InstanceType<typeof Codec>} */
    #codec
    /** @type {InstanceType<typeof Connection>} */
    #connection
    /** Finds the class of sessions where the application did not pass the class to derive from. */
    #host = style.baseIsGiven ? undefined : new HostSession(Base)
    /** Whether functions of the application make ids or sessions. They may be asynchronous. */
    #hasHooks = false
    /**
     * The function that makes what is stored, unless somebody patches it later.
     * @type {Hooks['serialize']}
     */
    #serialize
    /** @type {InstanceType<typeof Preparing<AnOperation>>} */
    #preparing
    /** @type {Promise<void> | undefined} */
    #closing
    /**
     * The options with defaults; of a factory's store, the application's own object.
     * @type {Options}
     */
    options

    /** @param {Options} options */
    constructor(options) {
      // @ts-expect-error: a constructor may give another object, before its class has one
      if (MemoryStore && options?.fallbackMemory) return new MemoryStore()
      const { options: shown, connection, settings, hooks } = readOptions(options, style)
      super(shown)
      this.options = shown
      /** @type {Hooks} */
      this.transformFunctions = hooks
      this.collectionName = settings.collectionName
      this.ttl = settings.ttl
      this.autoRemove = settings.autoRemove
      this.autoRemoveInterval = settings.autoRemoveInterval
      this.writeOperationOptions = shown.writeOperationOptions ?? {}
      /** @type {NodeJS.Timeout | undefined} */
      this.timer = undefined
      this.cryptoAdapter = settings.encryption?.publicAdapter ?? null
      this.#settings = settings
      this.#codec = new Codec(new Live(this, style, settings), settings.encryption)
      const { serialize, unserialize } = shown
      this.#hasHooks = Boolean(serialize || unserialize || settings.encryption?.adapter)
      this.#serialize = hooks.serialize
      this.#preparing = this.#prepare()
      this.#changeState('init')
      this.#connection = new Connection(connection, settings, {
        onState: (state) => this.#changeState(state),
        closeStore: (then) => this.#close(then),
      })
      if (settings.autoRemove === 'interval') this.#startRemoving()
      this.#changeState('connecting')
    }

    // The methods of a store, in the order of express-session's documentation. Each takes a callback, or gives a promise.
    // Behind each stands how it is answered.

    /**
     * Gives all live sessions, without their ids.
     * @param {Callback} [callback]
     */
    all(callback) {
      return this.#startOnAll(this.#operation('all', { callback }, this.#found), Date.now())
    }

    /** @type {OnResult} */
    #found(operation, _kind, documents) {
      settle(
        () => this.#codec.fromDocuments(documents),
        (sessions) => {
          this.#emit('all', sessions)
          operation.answer(null, sessions)
        },
        (thrown) => operation.fail(thrown),
      )
    }

    /**
     * Removes a session. It is no error if there is none.
     * @param {string} sid
     * @param {Callback} [callback]
     */
    destroy(sid, callback) {
      return this.#start(this.#operation('destroy', { sid, callback }, this.#destroyed))
    }

    /** @param {AnOperation} operation */
    #destroyed(operation) {
      this.#answer(operation, this.#emit('destroy', operation.sid))
    }

    /**
     * Removes all sessions, and keeps the collection with its indexes.
     * @param {Callback} [callback]
     */
    clear(callback) {
      return this.#startOnAll(this.#operation('clear', { callback }, this.#cleared))
    }

    /** @param {AnOperation} operation */
    #cleared(operation) {
      this.#answer(operation, true)
    }

    /**
     * Gives the number of stored sessions, including expired ones that were not removed yet.
     * @param {Callback} [callback]
     */
    length(callback) {
      // connect-mongo 6 gives a number with an error, too.
      const besideErrors = style.valuesOfWrites ? [] : [0]
      return this.#startOnAll(this.#operation('length', { callback, besideErrors }, this.#counted))
    }

    /** @type {OnResult} */
    #counted(operation, _kind, count) {
      operation.answer(null, count)
    }

    /**
     * Gives a live session; null (from the factory's class undefined) if there is none.
     * @param {string} sid
     * @param {Callback} [callback]
     */
    get(sid, callback) {
      return this.#start(this.#operation('get', { sid, callback }, this.#got), Date.now())
    }

    /** @type {OnResult} */
    #got(operation, kind, value, dates) {
      if (kind === KIND.MISSING) return this.#give(operation, null)
      let session
      try {
        session = this.#codec.fromDocument(value, dates[0], dates[1])
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
      if (session !== null || style.emitsMisses) this.#emit('get', operation.sid)
      operation.answer(null, session ?? style.missing)
    }

    /**
     * Stores a session, whether or not it is there.
     * @param {string} sid
     * @param {Session} session
     * @param {Callback} [callback]
     */
    set(sid, session, callback) {
      const operation = this.#operation('set', { sid, session, callback }, this.#stored)
      if (typeof session === 'function') {
        return operation.refuse(new TypeError('set needs a session, and got a function'))
      }
      const now = Date.now()
      if (this.#isHooked) return this.#preparing.start(operation, () => this.#codec.toDocument(session, now))
      try {
        const id = this.#idOf(sid)
        if (operation.flaw) throw operation.flaw
        // Without hooks it is never a promise.
        const document = /** @type {SessionDocument} */ (this.#codec.toDocument(session, now))
        const { value, expires, lastModified } = document
        this.#connection.carrier.send(operation, 'set', id, now, value, expires, lastModified)
      } catch (error) {
        operation.failLater(error)
      }
      return operation.promise
    }

    /** @type {OnResult} */
    #stored(operation, _kind, isNew) {
      this.#emit(isNew ? 'create' : 'update', operation.sid)
      this.#emit('set', operation.sid)
      this.#answer(operation)
    }

    /**
     * Moves the expiry of a session.
     * @param {string} sid
     * @param {Session} session
     * @param {Callback} [callback]
     */
    touch(sid, session, callback) {
      const operation = this.#operation('touch', { sid, session, callback }, this.#touched)
      if (session === undefined || session === null || typeof session === 'function') {
        return operation.refuse(new TypeError('touch needs the session'))
      }
      const now = Date.now()
      if (this.#isHooked) return this.#preparing.start(operation, () => this.#touch(operation, session, now))
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
      // Somebody may log out while a request is answered: that is no error of the request.
      operation.ofRequest = session.req?.sessionStore === this
      return this.#codec.toTouch(session, now)
    }

    /** @type {OnResult} */
    #touched(operation, _kind, isFound) {
      const { sid, session } = operation
      if (!isFound && style.touchMustFind) {
        if (operation.ofRequest) this.#answer(operation)
        else operation.answer(new Error('Unable to find the session to touch'))
        return
      }
      this.#emit('touch', sid, session)
      this.#answer(operation)
    }

    /**
     * Ends the store: operations in flight are answered first, those called from now on fail. A client that was given
     * to the store stays open.
     * @param {Callback} [callback]
     */
    close(callback) {
      return this.#close(callback)
    }

    /** @param {Callback} [callback] */
    #close(callback) {
      if (this.timer !== undefined) {
        clearInterval(this.timer)
        this.timer = undefined
      }
      this.#closing ??= quiet(this.#shutDown())
      if (typeof callback === 'function') {
        this.#closing.then(
          () => nextTick(callback, null),
          (error) => nextTick(callback, error),
        )
      }
      return this.#closing
    }

    #shutDown() {
      const prepared = this.#preparing.close()
      return prepared ? prepared.then(() => this.#connection.close()) : this.#connection.close()
    }

    /** What the store has done so far: counts of operations, batches, retries and errors, and latencies in milliseconds. */
    stats() {
      return shape(this.#connection.stats())
    }

    /** Without secrets, as `util.inspect` shows it. */
    toJSON() {
      return { ...this, options: withoutSecrets(this.options) }
    }

    /**
     * @param {number} _depth
     * @param {object} options
     * @param {(value: unknown, options: object) => string} inspect
     */
    [INSPECT](_depth, options, inspect) {
      return inspect(printable(this), options)
    }

    // What a store inherits, with a promise where there is no callback.

    /**
     * @param {object} req
     * @param {Callback} [callback]
     */
    regenerate(req, callback) {
      if (typeof callback === 'function') return super.regenerate(req, callback)
      return quiet(promised((done) => super.regenerate(req, done)))
    }

    /**
     * @param {string} sid
     * @param {Callback} [callback]
     * @returns {Promise<unknown> | void}
     */
    load(sid, callback) {
      if (typeof callback !== 'function') return quiet(promised((done) => this.load(sid, done)))
      // With the base class's own, an error of createSession, for a session without a cookie, would leave a callback.
      this.get(sid, (error, session) => {
        if (error || !session) return error ? callback(error) : callback()
        settle(
          () => this.createSession({ sessionID: sid, sessionStore: this }, session),
          (loaded) => callback(null, loaded),
          callback,
        )
      })
    }

    /**
     * @param {object} req
     * @param {Session} session
     * @param {unknown[]} others
     */
    createSession(req, session, ...others) {
      const classes = this.#host?.classes(/** @type {HostStore} */ (this), req)
      const created = classes
        ? createSession(classes, req, session, others)
        : super.createSession(req, session, ...others)
      this.#codec.follow(session, created)
      return created
    }

    /**
     * The `_id` of a session's document. Applications override or patch this to change it, as in connect-mongo.
     * @param {string} sid
     */
    computeStorageId(sid) {
      const { encryption, hashId } = this.#settings
      const { transformId } = this.options
      if (typeof transformId === 'function' && !encryption?.idsOf) return transformId(sid)
      return hashId ? hashId(sid) : sid
    }

    // How operations start.

    /**
     * @param {string} kind
     * @param {Call} call
     * @param {OnResult} onResult
     */
    #operation(kind, call, onResult) {
      return new Operation(kind, call, this, onResult, style.promiseBesideCallback)
    }

    /** Whether an operation goes through functions of the application. Some patch ours, on a store or on its class. */
    get #isHooked() {
      return Boolean(
        this.#hasHooks ||
          this.options.transformId ||
          this.computeStorageId !== MongoStore.#computeStorageId ||
          this.transformFunctions.serialize !== this.#serialize,
      )
    }

    /**
     * The id of a session's document, where no function of the application makes it, as it crosses to a carrier.
     * @param {string} sid
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
      if (this.#isHooked) return this.#preparing.start(operation, () => clock)
      try {
        const id = this.#idOf(/** @type {string} */ (operation.sid))
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
      if (this.#isHooked) return this.#preparing.startOnAll(operation, clock)
      try {
        if (operation.flaw) throw operation.flaw
        this.#connection.carrier.send(operation, operation.kind, ...clock)
      } catch (error) {
        operation.failLater(error)
      }
      return operation.promise
    }

    /** @returns {InstanceType<typeof Preparing<AnOperation>>} */
    #prepare() {
      return new Preparing({
        timeLimitMs: () => this.#connection.timeLimitMs,
        idOf: (sid) => this.computeStorageId(sid),
        send: (operation, ...values) => this.#connection.carrier.send(operation, operation.kind, ...values),
        skip: (operation) => this.#answerLater(operation),
      })
    }

    // How operations end: their events, then their answers.

    /**
     * @param {AnOperation} operation
     * @param {unknown} [value]
     */
    #answer(operation, value) {
      if (style.valuesOfWrites) operation.answer(null, value)
      else operation.answer(null)
    }

    /** @param {AnOperation} operation */
    #answerLater(operation) {
      nextTick(() => operation.runInAsyncScope(this.#answer, this, operation))
    }

    /**
     * Emits an event. An exception of a listener is not the operation's error: it surfaces by itself.
     * @param {string} event
     * @param {unknown[]} values
     */
    #emit(event, ...values) {
      try {
        return this.emit(event, ...values)
      } catch (error) {
        nextTick(() => {
          throw error
        })
        return true
      }
    }

    /** @param {'init' | 'connecting' | 'connected' | 'disconnected'} state */
    #changeState(state) {
      if (!style.states || state === this.state) return
      /** @type {string | undefined} */
      this.state = state
      this.#emit(state)
    }

    #startRemoving() {
      this.timer = startRemoving(new WeakRef(this.#connection), this.#settings.autoRemoveInterval)
    }

    static #computeStorageId = MongoStore.prototype.computeStorageId

    static {
      defineDriverObjects(this, (store) => /** @type {MongoStore} */ (store).#connection.driver)
    }
  }
  refuseAsStore(MongoStore, style.states ? 'new MongoStore({ url })' : 'MongoStore.create({ mongoUrl })')
  return MongoStore
}

/**
 * Starts the timer that removes expired sessions. It does not keep the store alive, and ends with it.
 * @param {WeakRef<InstanceType<typeof Connection>>} connection
 * @param {number} minutes
 */
function startRemoving(connection, minutes) {
  const callback = (/** @type {Error | null} */ error) => {
    if (error) warnOnce(`Expired sessions could not be removed: ${error.message}`, 'MONGO_STORE_EXPIRY')
  }
  // As with connect-mongo, a test's fake timers are its clock.
  /** @type {NodeJS.Timeout} */
  const timer = setInterval(
    () => {
      const open = connection.deref()
      if (open) open.carrier.send(new Operation('removeExpired', { callback }), 'removeExpired', Date.now())
      else clearInterval(timer)
    },
    Math.min(minutes * 60 * 1000, LONGEST_TIMER),
  )
  timer.unref?.()
  return timer
}

/**
 * Makes the mistake `session({ store: MongoStore })` a clear error: the middleware calls `on` of its store first.
 * @param {Function} instead given in the place of a store
 * @param {string} how a store is made
 */
function refuseAsStore(instead, how) {
  Object.defineProperty(instead, 'on', {
    configurable: true,
    writable: true,
    value() {
      throw new TypeError(
        `store.on is not a function: the option store of session() needs a store, and not what makes one. Use store: ${how}`,
      )
    },
  })
}

module.exports = { defineStore, refuseAsStore }
