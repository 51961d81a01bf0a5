'use strict'

// The store of express-session: its methods, events and properties, over one call of the addon per operation. Every
// callback is called exactly once, after its method has returned; every promise settles.

const { Codec, wrap } = require('./session/codec.js')
const { defineDriverObjects } = require('./connection/driver-objects.js')
const { fromNative } = require('./common/errors.js')
const { KIND } = require('./connection/addon.js')
const { RehashingConnection } = require('./connection/rehashing-connection.js')
const { Connection } = require('./connection/connection.js')
const { Operation } = require('./connection/operation.js')
const { readOptions } = require('./options/index.js')
const { promised, quiet, settle } = require('./common/promises.js')
const { sidError, storageIdError } = require('./session/session-id.js')
const { shape } = require('./connection/stats.js')
const { warnOnce } = require('./common/warn.js')

/**
 * The class of a store.
 * @param {Function} Base the `Store` of express-session or Connect
 * @param {object} style of `styles.js`
 * @param {Function} [MemoryStore] of the same host, for the option `fallbackMemory`
 */
function defineStore(Base, style, MemoryStore) {
  const operationOf = (kind, call) => new Operation(kind, call, style.promiseBesideCallback)

  class MongoStore extends Base {
    #settings
    #codec
    #link

    constructor(options) {
      if (MemoryStore && options?.fallbackMemory) return new MemoryStore()
      const read = readOptions(options, style)
      super(read.options)
      this.options = read.options
      this.transformFunctions = read.hooks
      this.collectionName = read.settings.collectionName
      this.ttl = read.settings.ttl
      this.autoRemove = read.settings.autoRemove
      this.autoRemoveInterval = read.settings.autoRemoveInterval
      this.writeOperationOptions = read.options.writeOperationOptions ?? {}
      this.timer = undefined
      this.cryptoAdapter = read.settings.encryption?.publicAdapter ?? null
      this.#settings = read.settings
      this.#codec = new Codec(read.hooks, read.settings)
      this.#changeState('init')
      this.#link = new (read.settings.encryption?.movesIds ? RehashingConnection : Connection)(
        read.options,
        read.settings,
        {
          onResult: (operation, kind, first, second) =>
            operation.runInAsyncScope(this.#finish, this, operation, kind, first, second),
          onState: (state) => this.#changeState(state),
        },
      )
      if (read.settings.autoRemove === 'interval') this.#startRemoving()
      this.#changeState('connecting')
    }

    // The methods of a store, in the order of express-session's documentation. Each takes a callback, or gives a
    // promise.

    /** Gives all live sessions, without their ids. */
    all(callback) {
      return this.#start(operationOf('all', { callback }))
    }

    /** Removes a session. It is no error if there is none. */
    destroy(sid, callback) {
      return this.#startWith(sid, operationOf('destroy', { sid, callback }))
    }

    /** Removes all sessions, and keeps the collection with its indexes. */
    clear(callback) {
      return this.#start(operationOf('clear', { callback }))
    }

    /** Gives the number of stored sessions, among them expired ones that were not removed yet. */
    length(callback) {
      // connect-mongo 6 gives a number also with an error.
      const besideErrors = style.valuesOfWrites ? [] : [0]
      return this.#start(operationOf('length', { callback, besideErrors }))
    }

    /** Gives a live session; null (from the factory's class undefined) if there is none. */
    get(sid, callback) {
      return this.#startWith(sid, operationOf('get', { sid, callback }))
    }

    /** Stores a session, whether or not it is there. */
    set(sid, session, callback) {
      const operation = operationOf('set', { sid, session, callback })
      if (typeof session === 'function') {
        operation.failLater(new TypeError('set needs a session, and got a function'))
        return operation.promise
      }
      return this.#startWith(sid, operation, (id) => {
        const fail = (thrown) => operation.failLater(thrown)
        settle(
          () => this.#codec.encode(session),
          (value) => {
            settle(
              () => this.#codec.dates(session),
              (dates) => this.#link.send(operation, 'set', id, value, ...dates),
              fail,
            )
          },
          fail,
        )
      })
    }

    /** Moves the expiry of a session. */
    touch(sid, session, callback) {
      const operation = operationOf('touch', { sid, session, callback })
      if (session === undefined || session === null || typeof session === 'function') {
        operation.failLater(new TypeError('touch needs the session'))
        return operation.promise
      }
      return this.#startWith(sid, operation, (id) => {
        settle(
          () => {
            // Somebody may log out while a request is answered: that is no error of the request.
            operation.ofRequest = session.req?.sessionStore === this
            return this.#codec.isFresh(session) ? null : this.#codec.dates(session)
          },
          (dates) => {
            if (dates === null) this.#answerLater(operation)
            else this.#link.send(operation, 'touch', id, ...dates, this.#codec.isKnownLive(session))
          },
          (thrown) => operation.failLater(thrown),
        )
      })
    }

    /**
     * Ends the store: operations in flight are answered first, those called from now on fail. A client that was given
     * to the store stays open.
     */
    close(callback) {
      if (this.timer !== undefined) {
        clearInterval(this.timer)
        this.timer = undefined
      }
      const closed = quiet(this.#link.close())
      if (typeof callback === 'function') {
        closed.then(
          () => process.nextTick(callback, null),
          (error) => process.nextTick(callback, error),
        )
      }
      return closed
    }

    /** What the store has done so far: counts of operations, batches, retries and errors, and latencies in milliseconds. */
    stats() {
      return shape(this.#link.stats())
    }

    // What a store inherits, with a promise where there is no callback.

    regenerate(req, callback) {
      if (typeof callback === 'function') return super.regenerate(req, callback)
      return quiet(promised((done) => super.regenerate(req, done)))
    }

    load(sid, callback) {
      if (typeof callback !== 'function') return quiet(promised((done) => this.load(sid, done)))
      // The base class's own would let what createSession throws, for a session without a cookie, out of a callback.
      this.get(sid, (error, session) => {
        if (error || !session) return error ? callback(error) : callback()
        settle(
          () => this.createSession({ sessionID: sid, sessionStore: this }, session),
          (loaded) => callback(null, loaded),
          callback,
        )
      })
    }

    createSession(req, session, ...others) {
      const created = super.createSession(req, session, ...others)
      this.#codec.follow(session, created)
      return created
    }

    /** The `_id` of a session's document. Applications override or patch this to change it, as in connect-mongo. */
    computeStorageId(sid) {
      const { transformId } = this.#settings
      return transformId ? transformId(sid) : sid
    }

    // How an operation starts.

    #start(operation) {
      if (operation.isSound()) this.#link.send(operation, operation.kind)
      return operation.promise
    }

    #startWith(sid, operation, proceed = (id) => this.#link.send(operation, operation.kind, id)) {
      const error = sidError(sid)
      if (error) operation.failLater(error)
      else if (operation.isSound()) {
        settle(
          () => this.computeStorageId(sid),
          (id) => {
            const idError = storageIdError(id)
            if (idError) operation.failLater(idError)
            else
              settle(
                () => wrap(id),
                proceed,
                (thrown) => operation.failLater(thrown),
              )
          },
          (thrown) => operation.failLater(thrown),
        )
      }
      return operation.promise
    }

    // How an operation ends: its events, then its answer.

    #finish(operation, kind, first, second) {
      if (kind === KIND.FAILED) return operation.fail(fromNative(first))
      const { sid } = operation
      switch (operation.kind) {
        case 'get':
          return this.#finishGet(operation, kind, first, second)
        case 'set':
          this.#emit(first ? 'create' : 'update', sid)
          this.#emit('set', sid)
          return this.#answer(operation)
        case 'touch':
          return this.#finishTouch(operation, first)
        case 'destroy':
          return this.#answer(operation, this.#emit('destroy', sid))
        case 'all':
          return settle(
            () => this.#codec.decodeAll(first),
            (sessions) => {
              this.#emit('all', sessions)
              operation.answer(null, sessions)
            },
            (thrown) => operation.fail(thrown),
          )
        case 'length':
          return operation.answer(null, first)
        case 'clear':
          return this.#answer(operation, true)
        default:
          return operation.answer(null)
      }
    }

    #finishGet(operation, kind, value, dates) {
      if (kind === KIND.MISSING) return this.#gotten(operation, null)
      settle(
        () => this.#codec.decode(value, dates[0], dates[1]),
        (session) => this.#gotten(operation, session),
        (thrown) => operation.fail(thrown),
      )
    }

    #gotten(operation, session) {
      if (session !== null || style.emitsMisses) this.#emit('get', operation.sid)
      operation.answer(null, session ?? style.missing)
    }

    #finishTouch(operation, found) {
      const { sid, session } = operation
      if (!found && style.touchMustFind) {
        if (operation.ofRequest) return this.#answer(operation)
        return operation.answer(new Error('Unable to find the session to touch'))
      }
      this.#emit('touch', sid, session)
      this.#answer(operation)
    }

    #answer(operation, value) {
      if (style.valuesOfWrites) operation.answer(null, value)
      else operation.answer(null)
    }

    #answerLater(operation) {
      process.nextTick(() => operation.runInAsyncScope(this.#answer, this, operation))
    }

    /** Emits an event. What a listener throws is not the operation's error: it surfaces by itself. */
    #emit(event, ...values) {
      try {
        return this.emit(event, ...values)
      } catch (error) {
        process.nextTick(() => {
          throw error
        })
        return true
      }
    }

    #changeState(state) {
      if (!style.states || state === this.state) return
      this.state = state
      this.#emit(state)
    }

    #startRemoving() {
      const remove = () =>
        this.#link.send(
          new Operation('removeExpired', {
            callback: (error) => {
              if (error) warnOnce(`Expired sessions could not be removed: ${error.message}`, 'MONGO_STORE_EXPIRY')
            },
          }),
          'removeExpired',
        )
      this.timer = setInterval(remove, this.#settings.autoRemoveInterval * 60 * 1000)
      this.timer.unref?.()
    }

    static {
      defineDriverObjects(this, (store) => store.#link.driver)
    }
  }
  return MongoStore
}

module.exports = { defineStore }
