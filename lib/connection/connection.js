'use strict'

// The connection of a store to its collection. It opens a carrier when the settings are known: the addon, or the
// fallback if the addon can't do what is needed. It follows the state of the connection, and closes it. A failure here
// fails an operation, never the process.

const { asError, closedError, fromNative } = require('../common/errors.js')
const { addon } = require('../common/native.js')
const { Promise } = require('../common/promises.js')
const { masked } = require('../common/secrets.js')
const { warn, warnOnce } = require('../common/warn.js')
const { seekTarget } = require('../settings/target.js')
const { takeTimeLimit } = require('../settings/time-limit.js')
const { isSeedList, readUri } = require('../settings/uri.js')
const { Addon } = require('./addon.js')
const { DriverObjects } = require('./driver-objects.js')
const { LIMIT, Opening } = require('./opening.js')
const { Operation } = require('./operation.js')
const { Proving, isIncompatible } = require('./proving.js')
const { Rehashing } = require('./rehashing.js')
const { KIND } = require('./results.js')

/** @import { Addon as Loaded, Failure } from '../common/native.js' */
/** @import { Settings } from '../options/index.js' */
/** @import { ConnectionOptions, Seeker, Stop, Target } from '../settings/target.js' */
/** @import { Carrier } from './addon.js' */
/** @import { Sent } from './opening.js' */
/** @import { AnyFailure } from './results.js' */
/** @import { Place } from './stats.js' */
/** @import { CloseStore } from './driver-objects.js' */
/** @typedef {InstanceType<typeof Addon>} Crossing */
/** @typedef {InstanceType<typeof Operation>} AnOperation */

class Connection {
  /**
   * Where operations are sent now, with `send(operation, method, ...values)`: a waiting room, the addon, the fallback,
   * or an object that refuses them.
   * @type {{send(operation: Sent, method: string, ...values: unknown[]): void}}
   */
  carrier
  /** The objects of the `mongodb` package for the same collection. */
  driver
  #options
  #settings
  #onState
  #onNoIndex
  /** @type {Target | undefined} */
  #target
  /**
   * The crossing to the addon or the fallback; undefined until the connection's settings are known.
   * @type {Crossing | undefined}
   */
  #crossing
  /** How long an operation may take before there is a crossing, in milliseconds. */
  #timeLimitMs = LIMIT
  /**
   * Remembers the operations that the addon got before a server answered; null when one has answered.
   * @type {InstanceType<typeof Proving> | null}
   */
  #proving = null
  /** The servers, the database and the collection, for warnings that are emitted once for each combination. */
  #where = ''
  /** The hosts as they were given, for messages. */
  #servers = ''
  /** @type {string | undefined} */
  #database
  /**
   * Ends the search for the target, if it is still going on.
   * @type {Stop | void}
   */
  #stopSeeking
  /** @type {Promise<void> | undefined} */
  #closing
  /**
   * The operation that closes the crossing.
   * @type {AnOperation | undefined}
   */
  #ended
  #ready = false
  /** Whether operations find no server, as far as the store knows. */
  #isLost = false
  /** @type {Error | undefined} */
  #failure
  /** @type {{resolve: () => void, reject: (error: Error) => void}[]} */
  #watchers = []

  /**
   * @param {ConnectionOptions} options the one that names the connection, and those that belong to it
   * @param {Readonly<Settings>} settings
   * @param {object} store
   * @param {(state: 'connected' | 'disconnected') => void} store.onState
   * @param {() => void} store.onNoIndex is called if no index removes expired sessions, although one was asked for
   * @param {CloseStore} store.closeStore
   * @throws {TypeError} for a connection that can't be read
   */
  constructor(options, settings, { onState, onNoIndex, closeStore }) {
    this.#options = options
    this.#settings = settings
    this.#onState = onState
    this.#onNoIndex = onNoIndex
    this.driver = new DriverObjects(options, settings, { whenReady: () => this.#whenReady(), closeStore })
    this.#stopSeeking = seekTarget(options, this.#seeker())
  }

  /**
   * Follows the given connection until its target is known.
   * @returns {Seeker}
   */
  #seeker() {
    const opening = new Opening()
    return {
      waiting: () => {
        this.carrier = opening
        this.#failure = undefined
      },
      failed: (thrown) => {
        const error = asError(thrown, 'The given connection')
        this.carrier = refusal(error)
        opening.fail(error)
        this.#unavailable(error)
      },
      found: (target) => {
        this.#open(target)
        opening.passTo(this.carrier)
      },
    }
  }

  /** @param {Target} target */
  #open(target) {
    this.#target = target
    this.driver.target = target
    const { client, database, uri: place = client?.options?.hosts ?? client?.s?.url } = target
    this.#where = `${place} ${database} ${this.#settings.collectionName}`
    const { uri } = target
    const address = readUri(uri ?? client?.s?.url ?? '')
    this.#servers = (client?.options?.hosts ?? address.hosts).join(', ')
    this.#database = database ?? address.database
    if (uri === undefined) this.#useFallback(target, target.obstacle)
    else if (!addon) this.#useFallback(target)
    else if (isSeedList(uri)) this.#lookUp(target, uri)
    else this.#useAddon(target, uri)
  }

  /**
   * @param {Target} target
   * @param {string} uri its connection string, with a seed list
   */
  #lookUp(target, uri) {
    // Loaded on demand: few applications have a seed list, and it needs Node's resolver.
    const { withServers } = require('../settings/seed-list.js')
    const { Resolving } = require('./resolving.js')
    const look = async () => {
      const found = await withServers(uri)
      if (this.#closing) return
      this.#useAddon(target, found)
      resolving.passTo(this.carrier)
    }
    this.#timeLimitMs = takeTimeLimit(uri).timeLimitMs
    const resolving = new Resolving(look, (error) => this.#unavailable(error), {
      keepsAlive: target.isOwn,
      timeLimitMs: this.#timeLimitMs,
    })
    this.carrier = resolving
  }

  /**
   * @param {Target} target
   * @param {string} given its connection string
   */
  #useAddon(target, given) {
    const { collectionName: collection, autoRemove, encryption, timestamps, writeConcern } = this.#settings
    const limits = takeTimeLimit(given)
    const ttlIndex = autoRemove === 'native'
    const crossing = new Addon(
      /** @type {Loaded} */ (addon).NativeStore,
      { ...limits, database: target.database, collection, ttlIndex, timestamps, writeConcern },
      { ...this.#ownerOf(target), cipher: encryption?.native ?? undefined },
    )
    this.#crossing = crossing
    this.#proving = new Proving(crossing, {
      handOver: (failure) => this.#leaveAddon(failure),
      onProven: () => this.#proven(),
    })
    this.#carryBy(this.#proving)
  }

  /**
   * @param {Target} target
   * @param {string} [reason] why the addon can't do what is needed; undefined if there is no addon
   * @throws {TypeError} when the store has no client to work through
   */
  #useFallback(target, reason) {
    // Loaded on demand: few stores need it, and it loads all of `bson`. `require` of this package would take a third
    // longer.
    const { openFallback } = require('./fallback/open.js')
    const crossing = openFallback(target, this.driver, this.#options, this.#settings, this.#ownerOf(target))
    this.#crossing = crossing
    this.#carryBy(crossing)
    if (reason === undefined) {
      require('../common/absence.js').warnOfAbsence()
      return
    }
    const whose = target.isOwn ? 'the mongodb package' : 'the given connection itself'
    warnOnce(
      `The session store works through ${whose}, which is slower than its own driver: ${reason}`,
      'MONGO_STORE_TRANSPORT',
      `${this.#where} ${reason}`,
    )
  }

  /** @param {Target} target */
  #ownerOf(target) {
    return {
      // If the application has its own client, it decides how long the process lives.
      keepsAlive: target.isOwn,
      onEvent: (/** @type {number} */ kind, /** @type {AnyFailure | undefined} */ failure) =>
        this.#changed(kind, failure),
    }
  }

  /** @param {Carrier} carrier */
  #carryBy(carrier) {
    if (this.#closing) return
    const { idsOf, movesIds } = this.#settings.encryption ?? {}
    this.carrier = movesIds && idsOf ? new Rehashing(carrier, idsOf) : carrier
  }

  /**
   * Lets the fallback take over from the addon. Returns null, or the failure if there is no fallback.
   * @param {AnyFailure} failure
   */
  #leaveAddon(failure) {
    const proving = this.#proving
    // Only the addon fails because it can't speak with the servers.
    const [name, message, code, codeName, labels] = /** @type {Failure} */ (failure)
    try {
      this.#useFallback(/** @type {Target} */ (this.#target), message)
    } catch (error) {
      const { message: why } = /** @type {Error} */ (error)
      return /** @type {Failure} */ ([name, `${message} ${why}`, code, codeName, labels])
    }
    const crossing = /** @type {Crossing} */ (this.#crossing)
    this.#proving = null
    proving?.passTo(crossing)
    if (this.#ended) crossing.send(this.#ended, 'close')
    return null
  }

  /**
   * @param {number} kind
   * @param {AnyFailure | undefined} failure
   */
  #changed(kind, failure) {
    if (this.#closing) return
    if (kind === KIND.UNAVAILABLE && failure) {
      const left = this.#proving && isIncompatible(failure) ? this.#leaveAddon(failure) : failure
      if (left !== null) this.#unavailable(fromNative(left))
    } else if (kind === KIND.LOST && failure) this.#lost(fromNative(failure))
    else if (kind === KIND.BACK) this.#back()
    else this.#prepared(failure)
  }

  /** A server has answered the addon. */
  #proven() {
    if (!this.#proving || !this.#crossing) return
    this.#proving.end()
    this.#proving = null
    this.#carryBy(this.#crossing)
  }

  /** @param {AnyFailure | undefined} failure why there is no TTL index */
  #prepared(failure) {
    if (failure) {
      this.#warnOfIndex(fromNative(failure))
      this.#onNoIndex()
    }
    this.#proven()
    this.#ready = true
    this.#failure = undefined
    this.#back()
    for (const { resolve } of this.#watchers.splice(0)) resolve()
  }

  #back() {
    this.#isLost = false
    // Before the collection is prepared, the answer of a server says nothing about it.
    if (this.#ready) this.#onState('connected')
  }

  /**
   * Reports an outage once. Operations continue to wait for a server as long as their deadlines allow.
   * @param {Error} error
   */
  #lost(error) {
    if (!this.#isLost) {
      const servers = this.#servers && ` to ${this.#servers}`
      // A driver may quote a connection string that it refuses.
      warn(`The session store has no connection${servers}: ${masked(error.message)}`, 'MONGO_STORE_CONNECTION')
    }
    this.#isLost = true
    this.#onState('disconnected')
  }

  /** @param {Error & {codeName?: string}} failure */
  #warnOfIndex(failure) {
    const { collectionName, autoRemoveInterval } = this.#settings
    const reason = failure.message.replace(/\.$/, '')
    warnOnce(
      `The store could not create a TTL index on "${collectionName}", and no other index there removes expired sessions: ${reason}. The store removes them itself every ${autoRemoveInterval} minutes, as autoRemove: 'interval' does without this warning`,
      'MONGO_STORE_INDEX',
      `${this.#where} ${failure.codeName ?? failure.name}`,
    )
  }

  /** @param {Error} error */
  #unavailable(error) {
    this.#failure = error
    this.#lost(error)
    for (const { reject } of this.#watchers.splice(0)) reject(error)
  }

  /** Resolves when the collection is prepared. Rejects while that is not possible, and when the store is closed. */
  #whenReady() {
    if (this.#closing) return Promise.reject(closedError())
    if (this.#ready) return Promise.resolve()
    if (this.#failure) return Promise.reject(this.#failure)
    return /** @type {Promise<void>} */ (new Promise((resolve, reject) => this.#watchers.push({ resolve, reject })))
  }

  /**
   * Where the sessions are.
   * @returns {Place}
   */
  get place() {
    return { database: this.#database, collection: this.#settings.collectionName }
  }

  /** How long an operation may take, in milliseconds. */
  get timeLimitMs() {
    return this.#crossing?.timeLimitMs ?? this.#timeLimitMs
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
    this.#stopSeeking?.()
    if (carrier instanceof Opening) carrier.end(closedError())
    for (const { reject } of this.#watchers.splice(0)) reject(closedError())
    if (this.#crossing) {
      this.#ended = new Operation('close', {}, this)
      this.#crossing.send(this.#ended, 'close')
      await this.#ended.promise
      this.#crossing.release()
    }
    await this.driver.close()
  }
}

/**
 * Replaces the carrier when there is none, and never will be.
 * @param {unknown} error
 */
function refusal(error) {
  return { send: (/** @type {Sent} */ operation) => operation.failLater(error) }
}

module.exports = { Connection }
