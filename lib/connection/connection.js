'use strict'

// A store's connection to its collection: opens a carrier once the connection's settings are known, which is the addon, or
// the fallback where the addon can't do; follows the state of the connection, and closes it. A failure here fails an
// operation, never the process.

const { closedError, fromNative } = require('../common/errors.js')
const { isThenable } = require('../common/promises.js')
const { warnOnce } = require('../common/warn.js')
const { takeTimeLimit } = require('../settings/connection-string.js')
const { targetOf } = require('../settings/target.js')
const { Addon, KIND } = require('./addon.js')
const { DriverObjects } = require('./driver-objects.js')
const { LIMIT, Opening } = require('./opening.js')
const { Operation } = require('./operation.js')
const { Proving, isIncompatible } = require('./proving.js')
const { Rehashing } = require('./rehashing.js')

class Connection {
  /**
   * What operations are sent to now, by `send(operation, method, ...values)`: a waiting room, the addon, the fallback, or
   * what refuses them.
   */
  carrier
  /** The objects of the `mongodb` package for the same collection. */
  driver
  #options
  #settings
  #onState
  #target
  /** The crossing to the addon or the fallback; undefined until the connection's settings are known. */
  #crossing
  /** Holds what the addon was asked for before it reached a server; null when it has. */
  #proving = null
  /** The servers, the database and the collection, for warnings that are given once for each. */
  #where
  #closing
  /** The operation that closes the crossing. */
  #ended
  #ready = false
  #failure
  #watchers = []

  /**
   * @param {object} options the application's
   * @param {object} settings of `options/index.js`
   * @param {(state: 'connected' | 'disconnected') => void} onState
   * @throws {TypeError} for a connection that can't be read
   */
  constructor(options, settings, onState) {
    this.#options = options
    this.#settings = settings
    this.#onState = onState
    this.driver = new DriverObjects(options, settings, () => this.#whenReady())
    const target = targetOf(options)
    if (isThenable(target)) this.#openLater(target)
    else this.#open(target)
  }

  #openLater(target) {
    const opening = new Opening()
    this.carrier = opening
    Promise.resolve(target)
      .then((known) => {
        if (this.#closing) return
        this.#open(known)
        opening.passTo(this.carrier)
      })
      .catch((error) => {
        // The application's promise of a connection failed, or gave something else: that is final.
        if (this.carrier === opening) this.carrier = refusal(error)
        opening.fail(error)
        this.#unavailable(error)
      })
  }

  #open(target) {
    this.#target = target
    this.driver.target = target
    const { client, database, uri = client?.options?.hosts ?? client?.s?.url } = target
    this.#where = `${uri} ${database} ${this.#settings.collectionName}`
    if (target.uri === undefined) this.#useFallback(target.obstacle)
    else this.#useAddon(target)
  }

  #useAddon(target) {
    const { collectionName: collection, autoRemove, encryption, timestamps, writeConcern } = this.#settings
    const { uri, timeLimitMs } = takeTimeLimit(target.uri)
    const ttlIndex = autoRemove === 'native'
    const addon = new Addon(
      { uri, timeLimitMs, database: target.database, collection, ttlIndex, timestamps, writeConcern },
      { ...this.#owner(), cipher: encryption?.native ?? undefined },
    )
    this.#crossing = addon
    this.#proving = new Proving(addon, (failure) => this.#leaveAddon(failure))
    this.#carryBy(this.#proving)
  }

  /** @throws {TypeError} when the store has no client to work through */
  #useFallback(reason) {
    // Few stores need it, and it loads the whole of `bson`: `require` of this package would take a third longer.
    const { openFallback } = require('./fallback/open.js')
    this.#crossing = openFallback(this.#target, this.driver, this.#options, this.#settings, this.#owner())
    this.#carryBy(this.#crossing)
    const whose = this.#target.isOwn ? 'the installed mongodb package' : 'the given connection itself'
    warnOnce(
      `The session store works through ${whose}, which is slower than its own driver: ${reason}`,
      'MONGO_STORE_TRANSPORT',
      `${this.#where} ${reason}`,
    )
  }

  #owner() {
    return {
      // With a client of its own the application decides how long the process lives.
      keepsAlive: this.#target.isOwn,
      onEvent: (kind, failure) => this.#changed(kind, failure),
    }
  }

  #carryBy(carrier) {
    if (this.#closing) return
    const { encryption } = this.#settings
    this.carrier = encryption?.movesIds ? new Rehashing(carrier, encryption.idsOf) : carrier
  }

  /** Lets the fallback take over from the addon. Gives null, or the failure when there is no fallback. */
  #leaveAddon([name, message, ...others]) {
    const proving = this.#proving
    try {
      this.#useFallback(message)
    } catch (error) {
      return [name, `${message} ${error.message}`, ...others]
    }
    this.#proving = null
    proving.passTo(this.#crossing)
    if (this.#ended) this.#crossing.send(this.#ended, 'close')
    return null
  }

  #changed(kind, failure) {
    if (this.#closing) return
    if (kind === KIND.UNAVAILABLE) {
      const left = this.#proving && isIncompatible(failure) ? this.#leaveAddon(failure) : failure
      if (left !== null) this.#unavailable(fromNative(left))
      return
    }
    if (failure) this.#warnOfIndex(fromNative(failure))
    if (this.#proving) {
      this.#proving = null
      this.#carryBy(this.#crossing)
    }
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

  /** How long an operation may take, in milliseconds. */
  get timeLimitMs() {
    return this.#crossing?.timeLimitMs ?? LIMIT
  }

  /** What the carrier has done so far; undefined before there is one. */
  stats() {
    return this.#crossing?.stats()
  }

  /** Answers what is in flight, and ends the connection. */
  close() {
    this.#closing ??= this.#shutDown()
    return this.#closing
  }

  async #shutDown() {
    const { carrier } = this
    this.carrier = refusal(closedError())
    if (carrier instanceof Opening) carrier.fail(closedError())
    for (const { reject } of this.#watchers.splice(0)) reject(closedError())
    if (this.#crossing) {
      this.#ended = new Operation('close', {})
      this.#crossing.send(this.#ended, 'close')
      await this.#ended.promise
      this.#crossing.release()
    }
    await this.driver.close()
  }
}

/** What is in the place of a carrier when there is none, and never will be. */
function refusal(error) {
  return { send: (operation) => operation.failLater(error) }
}

module.exports = { Connection }
