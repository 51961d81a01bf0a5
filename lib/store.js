'use strict'

// The store of express-session: its methods and properties. Every callback is called exactly once, after its method has
// returned. Every promise settles. `core.js` has what the methods start.

const { promised, quiet, settle } = require('./common/promises.js')
const { INSPECT, printable, withoutSecrets } = require('./common/secrets.js')
const { LONGEST_TIMER, nextTick } = require('./common/timers.js')
const { warnOnce } = require('./common/warn.js')
const { defineDriverObjects } = require('./connection/driver-objects.js')
const { Core, emit } = require('./core.js')
const { attach, coreIn, coreOf } = require('./core-of.js')
const { readOptions } = require('./options/index.js')
const { HostSession, createSession } = require('./session/host-session.js')

/** @import { Style } from './options/index.js' */
/** @import { Options } from './options/table.js' */
/** @import { Hooks, Session } from './session/codec.js' */
/** @import { Store as HostStore } from './session/host-session.js' */

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
    /**
     * The options with defaults. In a store of the factory, this is the application's own object.
     * @type {Options}
     */
    options

    /** @param {Options} options */
    constructor(options) {
      // @ts-expect-error: a constructor may return another object, before its class has one
      if (MemoryStore && options?.fallbackMemory) return new MemoryStore()
      const checked = readOptions(options, style)
      const { options: shown, settings, hooks } = checked
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
      const changeState = (/** @type {string} */ state) => {
        if (!style.states || state === this.state) return
        /** @type {string | undefined} */
        this.state = state
        emit({ store: this }, state)
      }
      changeState('init')
      const removeAtInterval = () => {
        this.timer ??= startRemoving(new WeakRef(core), settings.autoRemoveInterval)
      }
      const core = new Core(this, checked, {
        style,
        computeStorageId: MongoStore.#computeStorageId,
        onState: changeState,
        onNoIndex: removeAtInterval,
        closeStore: (then) => close(this, then),
        host: style.baseIsGiven ? undefined : new HostSession(Base),
      })
      attach(this, core)
      if (settings.autoRemove === 'interval') removeAtInterval()
      changeState('connecting')
    }

    // The methods of a store, in the order of express-session's documentation. Each takes a callback or returns a
    // promise.

    /**
     * Returns all live sessions, without their ids.
     * @param {Callback} [callback]
     */
    all(callback) {
      return coreOf(this).all({ store: this, callback })
    }

    /**
     * Removes a session. It is not an error if there is none.
     * @param {string} sid
     * @param {Callback} [callback]
     */
    destroy(sid, callback) {
      return coreOf(this).destroy({ store: this, sid, callback })
    }

    /**
     * Removes all sessions, and keeps the collection with its indexes.
     * @param {Callback} [callback]
     */
    clear(callback) {
      return coreOf(this).clear({ store: this, callback })
    }

    /**
     * Returns the number of stored sessions, including expired ones that have not been removed yet.
     * @param {Callback} [callback]
     */
    length(callback) {
      return coreOf(this).length({ store: this, callback })
    }

    /**
     * Returns a live session. If there is none: null, or undefined in a class of the factory.
     * @param {string} sid
     * @param {Callback} [callback]
     */
    get(sid, callback) {
      return coreOf(this).get({ store: this, sid, callback })
    }

    /**
     * Stores a session, whether or not it exists already.
     * @param {string} sid
     * @param {Session} session
     * @param {Callback} [callback]
     */
    set(sid, session, callback) {
      return coreOf(this).set({ store: this, sid, session, callback })
    }

    /**
     * Extends the life of a session.
     * @param {string} sid
     * @param {Session} session
     * @param {Callback} [callback]
     */
    touch(sid, session, callback) {
      return coreOf(this).touch({ store: this, sid, session, callback })
    }

    /**
     * Closes the store. Operations in flight are answered first, later ones fail. A client that was given to the store
     * stays open.
     * @param {Callback} [callback]
     */
    close(callback) {
      return close(this, callback)
    }

    /** What the store has done so far: counts of operations, batches, retries and errors, and latencies in milliseconds. */
    stats() {
      return coreOf(this).stats()
    }

    /** The store without secrets, as `util.inspect` shows it. */
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

    // The inherited methods, which return a promise if there is no callback.

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
      if (typeof sid === 'function') return this.load('', sid)
      if (typeof callback !== 'function') return quiet(promised((done) => this.load(sid, done)))
      // The base class's own method would let an error of createSession (a session without a cookie) escape from a
      // callback.
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
      const classes = coreIn(this)?.host?.classes(/** @type {HostStore} */ (this), req)
      const created = classes
        ? createSession(classes, req, session, others)
        : super.createSession(req, session, ...others)
      coreIn(this)?.follow(session, created)
      return created
    }

    /**
     * Returns the `_id` of the document of a session. Applications override or patch this method, as in connect-mongo.
     * @param {string} sid
     */
    computeStorageId(sid) {
      return coreOf(this).storageId(this, sid)
    }

    static #computeStorageId = MongoStore.prototype.computeStorageId

    static {
      defineDriverObjects(this, (store) => coreIn(store)?.driver())
    }
  }
  refuseAsStore(MongoStore, style.states ? 'new MongoStore({ url })' : 'MongoStore.create({ mongoUrl })')
  return MongoStore
}

/**
 * Closes a store, whatever a derived class does in `close`.
 * @param {{timer?: NodeJS.Timeout}} store
 * @param {Function} [callback]
 */
function close(store, callback) {
  const closing = coreOf(store).close()
  if (store.timer !== undefined) {
    clearInterval(store.timer)
    store.timer = undefined
  }
  if (typeof callback === 'function') {
    closing.then(
      () => nextTick(callback, null),
      (error) => nextTick(callback, error),
    )
  }
  return closing
}

/**
 * Removes expired sessions at an interval. The timer does not keep the store alive, and stops with it.
 * @param {WeakRef<InstanceType<typeof Core>>} core
 * @param {number} minutes
 */
function startRemoving(core, minutes) {
  const report = (/** @type {Error | null} */ error) => {
    if (error) warnOnce(`Expired sessions could not be removed: ${error.message}`, 'MONGO_STORE_EXPIRY')
  }
  const remove = () => {
    const open = core.deref()
    if (open) open.removeExpired(report)
    else clearInterval(timer)
  }
  // As in connect-mongo, the fake timers of a test control it.
  /** @type {NodeJS.Timeout} */
  const timer = setInterval(remove, Math.min(minutes * 60 * 1000, LONGEST_TIMER))
  timer.unref?.()
  return timer
}

/**
 * Turns the mistake `session({ store: MongoStore })` into a clear error. The middleware calls `on` of its store first.
 * @param {Function} instead given instead of a store
 * @param {string} how a store is made
 */
function refuseAsStore(instead, how) {
  Object.defineProperty(instead, 'on', {
    configurable: true,
    writable: true,
    value() {
      throw new TypeError(
        `store.on is not a function: the option store of session() must be a store, not the class or function that makes one. Use store: ${how}`,
      )
    },
  })
}

module.exports = { defineStore, refuseAsStore }
