'use strict'

// The store of express-session: its methods, events and properties, over one call of a carrier per operation. Every
// callback is called exactly once, after its method has returned; every promise settles.
//
// Where no hook of the application's is involved, a method goes straight from its check to the carrier. With hooks, which
// may be asynchronous, it goes through `#prepare`, which keeps the order of calls.

const { Deadline } = require('./common/deadline.js')
const { closedError } = require('./common/errors.js')
const { isThenable, promised, quiet, settle } = require('./common/promises.js')
const { nextTick } = require('./common/timers.js')
const { warnOnce } = require('./common/warn.js')
const { KIND } = require('./connection/results.js')
const { Connection } = require('./connection/connection.js')
const { defineDriverObjects } = require('./connection/driver-objects.js')
const { Operation } = require('./connection/operation.js')
const { shape } = require('./connection/stats.js')
const { readOptions } = require('./options/index.js')
const { Codec } = require('./session/codec.js')
const { sessionId, storedId } = require('./session/session-id.js')
const { Turns } = require('./session/turns.js')

/** Who an operation waits for that has to wait for its turn. */
const EARLIER = 'a hook of an earlier operation'

/**
 * The class of a store.
 * @param {Function} Base the `Store` of express-session or Connect
 * @param {object} style of `styles.js`
 * @param {Function} [MemoryStore] of the same host, for the option `fallbackMemory`
 */
function defineStore(Base, style, MemoryStore) {
  class MongoStore extends Base {
    #settings
    #codec
    #connection
    /** Whether the application has hooks, which may be asynchronous. */
    #hasHooks
    #serialize
    #turns = new Turns()
    #closing

    constructor(options) {
      if (MemoryStore && options?.fallbackMemory) return new MemoryStore()
      const { options: shown, settings, hooks } = readOptions(options, style)
      super(shown)
      this.options = shown
      this.transformFunctions = hooks
      this.collectionName = settings.collectionName
      this.ttl = settings.ttl
      this.autoRemove = settings.autoRemove
      this.autoRemoveInterval = settings.autoRemoveInterval
      this.writeOperationOptions = shown.writeOperationOptions ?? {}
      this.timer = undefined
      this.cryptoAdapter = settings.encryption?.publicAdapter ?? null
      this.#settings = settings
      this.#codec = new Codec(hooks, settings)
      this.#serialize = hooks.serialize
      this.#hasHooks = Boolean(
        shown.serialize || shown.unserialize || shown.transformId || settings.encryption?.adapter,
      )
      this.#changeState('init')
      this.#connection = new Connection(shown, settings, (state) => this.#changeState(state))
      if (settings.autoRemove === 'interval') this.#startRemoving()
      this.#changeState('connecting')
    }

    // The methods of a store, in the order of express-session's documentation. Each takes a callback, or gives a promise.
    // Behind each stands how it is answered.

    /** Gives all live sessions, without their ids. */
    all(callback) {
      return this.#startOnAll(this.#operation('all', this.#found, { callback }))
    }

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

    /** Removes a session. It is no error if there is none. */
    destroy(sid, callback) {
      return this.#start(this.#operation('destroy', this.#destroyed, { sid, callback }))
    }

    #destroyed(operation) {
      this.#answer(operation, this.#emit('destroy', operation.sid))
    }

    /** Removes all sessions, and keeps the collection with its indexes. */
    clear(callback) {
      return this.#startOnAll(this.#operation('clear', this.#cleared, { callback }))
    }

    #cleared(operation) {
      this.#answer(operation, true)
    }

    /** Gives the number of stored sessions, including expired ones that were not removed yet. */
    length(callback) {
      // connect-mongo 6 gives a number with an error, too.
      const besideErrors = style.valuesOfWrites ? [] : [0]
      return this.#startOnAll(this.#operation('length', this.#counted, { callback, besideErrors }))
    }

    #counted(operation, _kind, count) {
      operation.answer(null, count)
    }

    /** Gives a live session; null (from the factory's class undefined) if there is none. */
    get(sid, callback) {
      return this.#start(this.#operation('get', this.#got, { sid, callback }))
    }

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

    #give(operation, session) {
      if (session !== null || style.emitsMisses) this.#emit('get', operation.sid)
      operation.answer(null, session ?? style.missing)
    }

    /** Stores a session, whether or not it is there. */
    set(sid, session, callback) {
      const operation = this.#operation('set', this.#stored, { sid, session, callback })
      if (typeof session === 'function') {
        operation.failLater(new TypeError('set needs a session, and got a function'))
        return operation.promise
      }
      if (this.#isHooked) return this.#startHooked(operation, (codec) => codec.toDocument(session))
      try {
        const id = this.#idOf(sid)
        operation.checkCallback()
        const { value, expires, lastModified } = this.#codec.toDocument(session)
        this.#connection.carrier.send(operation, 'set', id, value, expires, lastModified)
      } catch (error) {
        operation.failLater(error)
      }
      return operation.promise
    }

    #stored(operation, _kind, isNew) {
      this.#emit(isNew ? 'create' : 'update', operation.sid)
      this.#emit('set', operation.sid)
      this.#answer(operation)
    }

    /** Moves the expiry of a session. */
    touch(sid, session, callback) {
      const operation = this.#operation('touch', this.#touched, { sid, session, callback })
      if (session === undefined || session === null || typeof session === 'function') {
        operation.failLater(new TypeError('touch needs the session'))
        return operation.promise
      }
      if (this.#isHooked) return this.#startHooked(operation, () => this.#touch(operation))
      try {
        const id = this.#idOf(sid)
        operation.checkCallback()
        const document = this.#touch(operation)
        if (document === null) this.#answerLater(operation)
        else {
          const { expires, lastModified, isKnownLive } = document
          this.#connection.carrier.send(operation, 'touch', id, expires, lastModified, isKnownLive)
        }
      } catch (error) {
        operation.failLater(error)
      }
      return operation.promise
    }

    /** What a touch writes; null for nothing. */
    #touch(operation) {
      const { session } = operation
      // Somebody may log out while a request is answered: that is no error of the request.
      operation.ofRequest = session.req?.sessionStore === this
      if (this.#codec.isFresh(session)) return null
      const { expires, lastModified } = this.#codec.dates(session)
      return { expires, lastModified, isKnownLive: this.#codec.isKnownLive(session) }
    }

    #touched(operation, _kind, isFound) {
      const { sid, session } = operation
      if (!isFound && style.touchMustFind) {
        if (operation.ofRequest) return this.#answer(operation)
        return operation.answer(new Error('Unable to find the session to touch'))
      }
      this.#emit('touch', sid, session)
      this.#answer(operation)
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
      // What was called before may still be on its way through the application's hooks.
      const { before } = this.#turns.takeAll()
      return before ? before.then(() => this.#connection.close()) : this.#connection.close()
    }

    /** What the store has done so far: counts of operations, batches, retries and errors, and latencies in milliseconds. */
    stats() {
      return shape(this.#connection.stats())
    }

    // What a store inherits, with a promise where there is no callback.

    regenerate(req, callback) {
      if (typeof callback === 'function') return super.regenerate(req, callback)
      return quiet(promised((done) => super.regenerate(req, done)))
    }

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

    // How operations start.

    #operation(kind, onResult, call) {
      return new Operation(kind, call, this, onResult, style.promiseBesideCallback)
    }

    /** Whether an operation goes through functions of the application. Some patch ours, on a store or on its class. */
    get #isHooked() {
      return (
        this.#hasHooks ||
        this.computeStorageId !== MongoStore.#computeStorageId ||
        this.transformFunctions.serialize !== this.#serialize
      )
    }

    /** The id of a session's document, where no hook makes it, as it crosses to a carrier. */
    #idOf(sid) {
      const { transformId } = this.#settings
      return transformId ? transformId(sessionId(sid)) : sessionId(sid)
    }

    /** Starts an operation on one session that has no values but its id. */
    #start(operation) {
      if (this.#isHooked) return this.#startHooked(operation)
      try {
        const id = this.#idOf(operation.sid)
        operation.checkCallback()
        this.#connection.carrier.send(operation, operation.kind, id)
      } catch (error) {
        operation.failLater(error)
      }
      return operation.promise
    }

    /** Starts an operation on all sessions. */
    #startOnAll(operation) {
      try {
        operation.checkCallback()
        if (!this.#isHooked) this.#connection.carrier.send(operation, operation.kind)
        else if (this.#closing) throw closedError()
        else this.#prepareOnAll(operation)
      } catch (error) {
        operation.failLater(error)
      }
      return operation.promise
    }

    /** Starts an operation whose values the application's hooks may give later; `document` gives those besides the id. */
    #startHooked(operation, document = () => ({})) {
      try {
        sessionId(operation.sid)
        operation.checkCallback()
        if (this.#closing) throw closedError()
        this.#prepare(operation, document)
      } catch (error) {
        operation.failLater(error)
      }
      return operation.promise
    }

    /** Asks the hooks, after those of earlier operations on the same session, and sends the operation. */
    async #prepare(operation, document) {
      const { sid, kind } = operation
      const turn = this.#turns.take(sid)
      const deadline = new Deadline(this.#connection.timeLimitMs)
      let isInTurn = turn.before === undefined
      try {
        if (!isInTurn) await deadline.wait(turn.before, EARLIER)
        isInTurn = true
        let id = this.computeStorageId(sid)
        if (isThenable(id)) id = await deadline.wait(id, 'transformId')
        id = storedId(id)
        let values = document(this.#codec)
        if (isThenable(values)) values = await deadline.wait(values, 'serialize')
        if (values === null) this.#answerLater(operation)
        // They are in the order of the carrier's parameters.
        else this.#connection.carrier.send(operation, kind, id, ...Object.values(values))
      } catch (error) {
        operation.failLater(error)
      } finally {
        turn.end(isInTurn)
      }
    }

    /** Sends an operation on all sessions after those that were called before. */
    async #prepareOnAll(operation) {
      const turn = this.#turns.takeAll()
      let isInTurn = turn.before === undefined
      try {
        if (!isInTurn) await new Deadline(this.#connection.timeLimitMs).wait(turn.before, EARLIER)
        isInTurn = true
        this.#connection.carrier.send(operation, operation.kind)
      } catch (error) {
        operation.failLater(error)
      } finally {
        turn.end(isInTurn)
      }
    }

    // How operations end: their events, then their answers.

    #answer(operation, value) {
      if (style.valuesOfWrites) operation.answer(null, value)
      else operation.answer(null)
    }

    #answerLater(operation) {
      nextTick(() => operation.runInAsyncScope(this.#answer, this, operation))
    }

    /** Emits an event. An exception of a listener is not the operation's error: it surfaces by itself. */
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

    #changeState(state) {
      if (!style.states || state === this.state) return
      this.state = state
      this.#emit(state)
    }

    #startRemoving() {
      const callback = (error) => {
        if (error) warnOnce(`Expired sessions could not be removed: ${error.message}`, 'MONGO_STORE_EXPIRY')
      }
      const remove = () => {
        this.#connection.carrier.send(new Operation('removeExpired', { callback }), 'removeExpired')
      }
      // As with connect-mongo, a test's fake timers are its clock.
      this.timer = setInterval(remove, this.#settings.autoRemoveInterval * 60 * 1000)
      this.timer.unref?.()
    }

    static #computeStorageId = MongoStore.prototype.computeStorageId

    static {
      defineDriverObjects(this, (store) => store.#connection.driver)
    }
  }
  return MongoStore
}

module.exports = { defineStore }
