'use strict'

// A store's link to its collection: opens the addon's half once the connection's settings are known, or the transport
// where the addon can't do; sends operations to it, follows the state of the connection, and closes it. Whatever fails
// here fails an operation, never the process.

const { Addon, KIND } = require('./addon.js')
const { targetOf } = require('../settings/target.js')
const { DriverObjects } = require('./driver-objects.js')
const { MongoStoreError, closedError, fromNative } = require('../common/errors.js')
const { Operation } = require('./operation.js')
const { isThenable } = require('../common/promises.js')
const { takeTimeLimit } = require('../settings/connection-string.js')
const { warnOnce } = require('../common/warn.js')

/** The error of the addon for servers that its driver does not speak with. */
const INCOMPATIBLE = 'MongoCompatibilityError'
/** How long operations wait for a connection that the application opens. */
const OPENING_LIMIT = 40_000 // ms

class Connection {
  /** The objects of the `mongodb` package for the same collection. */
  driver
  #options
  #settings
  #onResult
  #onState
  #target
  /** The crossing to the addon or the transport; null until the connection's settings are known. */
  #bridge = null
  /** What was asked for before: operations, with their methods and values. */
  #waiting = new Map()
  /** What was sent to the addon before it reached a server, and when: it may have to be sent elsewhere. Null when it has. */
  #unproven = new Map()
  /** The servers, the database and the collection, for warnings that are said once for each. */
  #where
  /** Why there will never be a crossing. */
  #noConnection
  #closing
  /** The operation by which the crossing is closed. */
  #ended
  #ready = false
  #failure
  #watchers = []

  /**
   * @param {object} options the application's
   * @param {object} settings of `options/index.js`
   * @param {object} owner
   * @param {(operation, kind, first, second) => void} owner.onResult
   * @param {(state: 'connected' | 'disconnected') => void} owner.onState
   * @throws {TypeError} for a connection that can't be read
   */
  constructor(options, settings, { onResult, onState }) {
    this.#options = options
    this.#settings = settings
    this.#onResult = onResult
    this.#onState = onState
    this.driver = new DriverObjects(options, settings, () => this.#whenReady())
    const target = targetOf(options)
    if (isThenable(target))
      Promise.resolve(target)
        .then((known) => this.#open(known))
        .catch((error) => this.#neverOpens(error))
    else this.#open(target)
  }

  #open(target) {
    if (this.#closing) return
    this.#target = target
    this.driver.target = target
    const { client, database, uri = client?.options?.hosts ?? client?.s?.url } = target
    this.#where = `${uri} ${database} ${this.#settings.collectionName}`
    if (target.uri === undefined) this.#useTransport(target.obstacle)
    else this.#useAddon(target)
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const [operation, [method, values, timer]] of waiting) {
      clearTimeout(timer)
      this.send(operation, method, ...values)
    }
  }

  #useAddon(target) {
    const { collectionName: collection, autoRemove, timestamps, writeConcern } = this.#settings
    const { uri, timeLimitMs } = takeTimeLimit(target.uri)
    this.#bridge = new Addon(
      {
        uri,
        timeLimitMs,
        database: target.database,
        collection,
        ttlIndex: autoRemove === 'native',
        timestamps,
        writeConcern,
      },
      {
        // With a borrowed client it is the application that decides how long the process lives.
        keepsAlive: target.isOwn,
        onResult: (operation, kind, first, second) => this.#finished(operation, kind, first, second),
        onEvent: (kind, failure) => this.#changed(kind, failure),
        cipher: this.#settings.encryption?.native ?? undefined,
      },
    )
  }

  /** @throws {TypeError} when the store has no client to work through */
  #useTransport(reason) {
    // Few stores need it, and with it comes the whole of `bson`: loading the package takes a third longer.
    const { openFallback } = require('./fallback/open.js')
    this.#bridge = openFallback(this.#target, this.driver, this.#options, this.#settings, {
      keepsAlive: this.#target.isOwn,
      onResult: this.#onResult,
      onEvent: (kind, failure) => this.#changed(kind, failure),
    })
    this.#unproven = null
    const whose = this.#target.isOwn ? 'the installed mongodb package' : 'the given connection itself'
    warnOnce(
      `The session store works through ${whose}, which is slower than its own driver: ${reason}`,
      'MONGO_STORE_TRANSPORT',
      `${this.#where} ${reason}`,
    )
  }

  /**
   * The addon can't speak with the servers: the transport takes over, with what the addon was asked for in the same
   * order. Gives the error when there is nobody to take over.
   */
  #leaveAddon([name, message, ...others]) {
    const unproven = [...this.#unproven]
    const addon = this.#bridge
    try {
      this.#useTransport(message)
    } catch (error) {
      return [name, `${message} ${error.message}`, ...others]
    }
    addon.abandon()
    for (const [operation, [method, values, since]] of unproven)
      this.#bridge.sendAgain(since, operation, method, ...values)
    if (this.#ended) this.#bridge.send(this.#ended, 'close')
    return null
  }

  /** The application's promise of a connection failed, or gave something that is none: that is final. */
  #neverOpens(error) {
    this.#noConnection = error
    this.#failWaiting(error)
    this.#unavailable(error)
  }

  #failWaiting(error) {
    for (const [operation, [, , timer]] of this.#waiting) {
      clearTimeout(timer)
      operation.failLater(error)
    }
    this.#waiting.clear()
  }

  /** Starts an operation by a method of the addon, as soon as there is one to call. */
  send(operation, method, ...values) {
    if (this.#closing) operation.failLater(closedError())
    else if (this.#bridge) {
      this.#unproven?.set(operation, [method, values, performance.now()])
      this.#bridge.send(operation, method, ...values)
    } else if (this.#noConnection) operation.failLater(this.#noConnection)
    else this.#wait(operation, method, values)
  }

  #wait(operation, method, values) {
    const timer = setTimeout(() => {
      this.#waiting.delete(operation)
      operation.failLater(
        new MongoStoreError(
          'MongoOperationTimeoutError',
          `The given connection did not open within ${OPENING_LIMIT} ms`,
          undefined,
          undefined,
          [],
        ),
      )
    }, OPENING_LIMIT)
    this.#waiting.set(operation, [method, values, timer])
  }

  #finished(operation, kind, first, second) {
    if (this.#unproven !== null) {
      if (kind === KIND.FAILED && first[0] === INCOMPATIBLE) {
        const failure = this.#leaveAddon(first)
        if (failure === null) return
        first = failure
      }
      this.#unproven?.delete(operation)
    }
    this.#onResult(operation, kind, first, second)
  }

  /** What the addon has done so far; undefined before there is a crossing. */
  stats() {
    return this.#bridge?.stats()
  }

  #changed(kind, failure) {
    if (this.#closing) return
    if (kind === KIND.UNAVAILABLE) {
      if (this.#unproven !== null && failure[0] === INCOMPATIBLE) {
        failure = this.#leaveAddon(failure)
        if (failure === null) return
      }
      return this.#unavailable(fromNative(failure))
    }
    if (failure) this.#warnOfIndex(fromNative(failure))
    this.#unproven = null
    this.#ready = true
    this.#failure = undefined
    this.#onState('connected')
    for (const { resolve } of this.#watchers.splice(0)) resolve()
  }

  #warnOfIndex(failure) {
    warnOnce(
      `The TTL index on "${this.#settings.collectionName}" could not be made, so that the server does not remove expired sessions: ${failure.message}`,
      'MONGO_STORE_INDEX',
      `${this.#where} ${failure.codeName ?? failure.name}`,
    )
  }

  #unavailable(error) {
    warnOnce(`The session store has no connection: ${error.message}`, 'MONGO_STORE_CONNECTION')
    this.#failure = error
    this.#onState('disconnected')
    for (const { reject } of this.#watchers.splice(0)) reject(error)
  }

  /** Resolves when the collection is prepared; rejects while it can't be, and when the store is closed. */
  #whenReady() {
    if (this.#closing) return Promise.reject(closedError())
    if (this.#ready) return Promise.resolve()
    if (this.#failure) return Promise.reject(this.#failure)
    return new Promise((resolve, reject) => this.#watchers.push({ resolve, reject }))
  }

  /** Answers what is in flight, and ends the connection. */
  close() {
    this.#closing ??= this.#shutDown()
    return this.#closing
  }

  async #shutDown() {
    this.#failWaiting(closedError())
    for (const { reject } of this.#watchers.splice(0)) reject(closedError())
    if (this.#bridge) {
      this.#ended = new Operation('close', {})
      this.#bridge.send(this.#ended, 'close')
      await this.#ended.promise
      this.#bridge.release()
    }
    await this.driver.close()
  }
}

module.exports = { Connection }
