'use strict'

// A store's link to its collection: opens the addon's half once the connection's settings are known, sends operations
// to it, follows the state of the connection, and closes it. Whatever fails here fails an operation, never the process.

const { Bridge, KIND } = require('./bridge.js')
const { targetOf } = require('./connection.js')
const { DriverObjects } = require('./driver.js')
const { closedError, fromNative } = require('./errors.js')
const { Operation } = require('./operation.js')
const { isThenable } = require('./promises.js')
const { takeTimeLimit } = require('./uri.js')
const { warnOnce } = require('./warn.js')

class Link {
  /** The objects of the `mongodb` package for the same collection. */
  driver
  #settings
  #onResult
  #onState
  /** The crossing to the addon; null until the connection's settings are known. */
  #bridge = null
  /** What was asked for before: operation, method, values. */
  #waiting = []
  /** The database and the collection, for warnings that are said once for each. */
  #where
  /** Why there will never be a crossing. */
  #noConnection
  #closing
  #ready = false
  #failure
  #watchers = []

  /**
   * @param {object} options the application's
   * @param {object} settings of `options.js`
   * @param {object} owner
   * @param {(operation, kind, first, second) => void} owner.onResult
   * @param {(state: 'connected' | 'disconnected') => void} owner.onState
   * @throws {TypeError} for a connection that can't be read
   */
  constructor(options, settings, { onResult, onState }) {
    this.#settings = settings
    this.#onResult = onResult
    this.#onState = onState
    this.driver = new DriverObjects(options, settings, () => this.#whenReady())
    const target = targetOf(options)
    if (isThenable(target)) Promise.resolve(target).then((known) => this.#open(known)).catch((error) => this.#neverOpens(error))
    else this.#open(target)
  }

  #open(target) {
    if (this.#closing) return
    const { collectionName: collection, autoRemove, timestamps, writeConcern } = this.#settings
    const { uri, timeLimitMs } = takeTimeLimit(target.uri)
    this.driver.target = target
    this.#where = `${target.database ?? uri} ${collection}`
    this.#bridge = new Bridge({
      uri, timeLimitMs, database: target.database, collection, ttlIndex: autoRemove === 'native', timestamps, writeConcern,
    }, {
      // With a borrowed client it is the application that decides how long the process lives.
      keepsAlive: target.client === undefined,
      onResult: this.#onResult,
      onEvent: (kind, failure) => this.#changed(kind, failure && fromNative(failure)),
    }, this.#settings.encryption?.native ?? undefined)
    for (const [operation, method, ...values] of this.#waiting.splice(0)) this.#bridge.send(operation, method, ...values)
  }

  /** The application's promise of a connection failed, or gave something that is none: that is final. */
  #neverOpens(error) {
    this.#noConnection = error
    this.#failWaiting(error)
    this.#unavailable(error)
  }

  #failWaiting(error) {
    for (const [operation] of this.#waiting.splice(0)) operation.failLater(error)
  }

  /** Starts an operation by a method of the addon, as soon as there is one to call. */
  send(operation, method, ...values) {
    if (this.#closing) operation.failLater(closedError())
    else if (this.#bridge) this.#bridge.send(operation, method, ...values)
    else if (this.#noConnection) operation.failLater(this.#noConnection)
    else this.#waiting.push([operation, method, ...values])
  }

  /** What the addon has done so far; undefined before there is a crossing. */
  stats() {
    return this.#bridge?.stats()
  }

  #changed(kind, failure) {
    if (this.#closing) return
    if (kind === KIND.UNAVAILABLE) return this.#unavailable(failure)
    if (failure) {
      warnOnce(
        `The TTL index on "${this.#settings.collectionName}" could not be made, so that the server does not remove expired sessions: ${failure.message}`,
        'MONGO_STORE_INDEX',
        `${this.#where} ${failure.codeName ?? failure.name}`
      )
    }
    this.#ready = true
    this.#failure = undefined
    this.#onState('connected')
    for (const { resolve } of this.#watchers.splice(0)) resolve()
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
      const ended = new Operation('close', {})
      this.#bridge.send(ended, 'close')
      await ended.promise
      this.#bridge.release()
    }
    await this.driver.close()
  }
}

module.exports = { Link }
