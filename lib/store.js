'use strict'

// The store of express-session: its methods and properties. Every callback is called exactly once, after its method has
// returned; every promise settles. What a method starts is in `core.js`.

const { promised, quiet, settle } = require('./common/promises.js')
const { nextTick } = require('./common/timers.js')
const { warnOnce } = require('./common/warn.js')
const { defineDriverObjects } = require('./connection/driver-objects.js')
const { shape } = require('./connection/stats.js')
const { CORE, Core, coreOf, emit } = require('./core.js')
const { readOptions } = require('./options/index.js')

/** @import { Style } from './options/index.js' */
/** @import { Options } from './options/table.js' */
/** @import { Hooks, Session } from './session/codec.js' */

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
    /** @type {InstanceType<typeof Core> | undefined} */
    [CORE]

    /** @param {Options} options */
    constructor(options) {
      // @ts-expect-error: a constructor may give another object, before its class has one
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
      const core = new Core(checked, { style, computeStorageId: MongoStore.#computeStorageId, onState: changeState })
      this[CORE] = core
      if (settings.autoRemove === 'interval') this.timer = startRemoving(core, settings.autoRemoveInterval)
      changeState('connecting')
    }

    // The methods of a store, in the order of express-session's documentation. Each takes a callback, or gives a promise.

    /**
     * Gives all live sessions, without their ids.
     * @param {Callback} [callback]
     */
    all(callback) {
      return coreOf(this).all({ store: this, callback })
    }

    /**
     * Removes a session. It is no error if there is none.
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
     * Gives the number of stored sessions, including expired ones that were not removed yet.
     * @param {Callback} [callback]
     */
    length(callback) {
      return coreOf(this).length({ store: this, callback })
    }

    /**
     * Gives a live session; null (from the factory's class undefined) if there is none.
     * @param {string} sid
     * @param {Callback} [callback]
     */
    get(sid, callback) {
      return coreOf(this).get({ store: this, sid, callback })
    }

    /**
     * Stores a session, whether or not it is there.
     * @param {string} sid
     * @param {Session} session
     * @param {Callback} [callback]
     */
    set(sid, session, callback) {
      return coreOf(this).set({ store: this, sid, session, callback })
    }

    /**
     * Moves the expiry of a session.
     * @param {string} sid
     * @param {Session} session
     * @param {Callback} [callback]
     */
    touch(sid, session, callback) {
      return coreOf(this).touch({ store: this, sid, session, callback })
    }

    /**
     * Ends the store: operations in flight are answered first, those called from now on fail. A client that was given
     * to the store stays open.
     * @param {Callback} [callback]
     */
    close(callback) {
      if (this.timer !== undefined) {
        clearInterval(this.timer)
        this.timer = undefined
      }
      const closing = coreOf(this).close()
      if (typeof callback === 'function') {
        closing.then(
          () => nextTick(callback, null),
          (error) => nextTick(callback, error),
        )
      }
      return closing
    }

    /** What the store has done so far: counts of operations, batches, retries and errors, and latencies in milliseconds. */
    stats() {
      return shape(coreOf(this).stats())
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
      if (typeof sid === 'function') return this.load('', sid)
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
      const created = super.createSession(req, session, ...others)
      this[CORE]?.follow(session, created)
      return created
    }

    /**
     * The `_id` of a session's document. Applications override or patch this to change it, as in connect-mongo.
     * @param {string} sid
     */
    computeStorageId(sid) {
      return coreOf(this).storageId(sid)
    }

    static #computeStorageId = MongoStore.prototype.computeStorageId

    static {
      defineDriverObjects(this, (store) => store[CORE]?.driver)
    }
  }
  return MongoStore
}

/**
 * Removes expired sessions at an interval.
 * @param {InstanceType<typeof Core>} core
 * @param {number} minutes
 */
function startRemoving(core, minutes) {
  const report = (/** @type {Error | null} */ error) => {
    if (error) warnOnce(`Expired sessions could not be removed: ${error.message}`, 'MONGO_STORE_EXPIRY')
  }
  // As with connect-mongo, a test's fake timers are its clock.
  const timer = setInterval(() => core.removeExpired(report), minutes * 60 * 1000)
  timer.unref?.()
  return timer
}

module.exports = { defineStore }
