'use strict'

// How the operations of a store get to the carrier. If no function of the application is involved, an operation is sent at once,
// with one call. Otherwise, or if a save may take more than one step, it goes through `Preparing`, which keeps the order of
// the calls.

const { nextTick } = require('./common/timers.js')
const { Saving } = require('./saving.js')
const { Preparing } = require('./session/preparing.js')
const { sessionId } = require('./session/session-id.js')

/** @import { Connection } from './connection/connection.js' */
/** @import { Sent } from './connection/opening.js' */
/** @import { Operation } from './connection/operation.js' */
/** @import { Options } from './options/table.js' */
/** @import { Codec, Hooks, Session, SessionDocument } from './session/codec.js' */
/** @import { Settings } from './options/index.js' */
/** @typedef {InstanceType<typeof Operation>} AnOperation */

/**
 * What is needed of the store, or of what stands for it.
 * @typedef {object} StoreOfHooks
 * @property {(sid: string) => unknown} computeStorageId
 * @property {Options} options
 * @property {Hooks} transformFunctions
 */

class Starting {
  #codec
  #connection
  #settings
  /** Whether functions of the application, which may be asynchronous, make sessions. */
  #hasHooks
  /** The functions that convert sessions, unless somebody patches them later. */
  #hooks
  /** The method of the store's class that makes ids, unless somebody patches it later. */
  #computeStorageId
  /** @type {(operation: AnOperation) => void} */
  #skip
  /** @type {InstanceType<typeof Preparing<AnOperation>>} */
  #preparing
  /**
   * What saves sessions under the option `onConflict`; undefined if the last save wins.
   * @type {InstanceType<typeof Saving> | undefined}
   */
  #saving

  /**
   * @param {object} parts
   * @param {InstanceType<typeof Codec>} parts.codec
   * @param {InstanceType<typeof Connection>} parts.connection
   * @param {Settings} parts.settings
   * @param {Options} parts.options
   * @param {Hooks} parts.hooks
   * @param {Function} parts.computeStorageId
   * @param {(operation: AnOperation) => void} parts.skip answers an operation for which nothing needs to be sent
   */
  constructor({ codec, connection, settings, options, hooks, computeStorageId, skip }) {
    const { onConflict, encryption } = settings
    this.#codec = codec
    this.#connection = connection
    this.#settings = settings
    this.#hasHooks = Boolean(options.serialize || options.unserialize || encryption?.adapter)
    this.#hooks = { ...hooks }
    this.#computeStorageId = computeStorageId
    this.#skip = skip
    if (onConflict) {
      const send = (/** @type {Sent} */ step, /** @type {string} */ method, /** @type {unknown[]} */ ...values) =>
        connection.carrier.send(step, method, ...values)
      this.#saving = new Saving(codec, { ...settings, onConflict }, send)
    }
    this.#preparing = new Preparing({
      idOf: ({ store }, sid) => /** @type {StoreOfHooks} */ (store).computeStorageId(sid),
      send: (operation, ...values) => this.#send(operation, ...values),
      skip: (operation) => this.#skipLater(operation),
    })
  }

  /** The number of saves of which another request had changed the session, too. */
  get conflicts() {
    return this.#saving?.conflicts ?? 0
  }

  /** Starts nothing more. Returns a promise that resolves when all operations are sent; undefined if they are already. */
  close() {
    return this.#preparing.close()
  }

  /**
   * The `_id` of a session's document, by the store's own `computeStorageId`.
   * @param {StoreOfHooks} store
   * @param {string} sid
   */
  storageId({ options: { transformId } }, sid) {
    const { encryption, hashId } = this.#settings
    if (typeof transformId === 'function' && !encryption?.idsOf) return transformId(sid)
    return hashId ? hashId(sid) : sid
  }

  /**
   * Starts an operation on one session that takes only its id, and the caller's clock if dates matter.
   * @param {AnOperation} operation
   * @param {[now?: number]} clock
   */
  one(operation, ...clock) {
    if (this.#takesTurns(operation.store)) return this.#preparing.start(operation, () => clock)
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
  all(operation, ...clock) {
    if (this.#takesTurns(operation.store)) return this.#preparing.startOnAll(operation, clock)
    try {
      if (operation.flaw) throw operation.flaw
      this.#connection.carrier.send(operation, operation.kind, ...clock)
    } catch (error) {
      operation.failLater(error)
    }
    return operation.promise
  }

  /**
   * Starts a `set`.
   * @param {AnOperation} operation
   * @param {Session} session
   */
  set(operation, session) {
    const now = Date.now()
    if (this.#isHooked(operation.store))
      return this.#preparing.start(operation, () => this.#codec.toDocument(operation, session, now))
    try {
      const id = this.#idOf(operation.sid)
      if (operation.flaw) throw operation.flaw
      // Without hooks this is never a promise.
      const document = /** @type {SessionDocument} */ (this.#codec.toDocument(operation, session, now))
      if (this.#saving) return this.#preparing.start(operation, () => document)
      const { value, expires, lastModified, isKnown } = document
      this.#connection.carrier.send(operation, 'set', id, now, value, expires, lastModified, isKnown)
    } catch (error) {
      operation.failLater(error)
    }
    return operation.promise
  }

  /**
   * Starts a `touch`.
   * @param {AnOperation} operation
   * @param {Session} session
   */
  touch(operation, session) {
    const now = Date.now()
    if (this.#takesTurns(operation.store))
      return this.#preparing.start(operation, () => this.#codec.toTouch(session, now))
    try {
      const id = this.#idOf(operation.sid)
      if (operation.flaw) throw operation.flaw
      const document = this.#codec.toTouch(session, now)
      if (document === null) this.#skipLater(operation)
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
   * Whether operations on a session take turns, since an earlier one may take more than one step.
   * @param {object | undefined} store
   */
  #takesTurns(store) {
    return this.#saving !== undefined || this.#isHooked(store)
  }

  /**
   * Whether an operation goes through functions of the application. Some applications patch ours, on a store or on its
   * class.
   * @param {object | undefined} store
   */
  #isHooked(store) {
    const { computeStorageId, options, transformFunctions } = /** @type {StoreOfHooks} */ (store)
    return Boolean(
      this.#hasHooks ||
        options.transformId ||
        computeStorageId !== this.#computeStorageId ||
        transformFunctions.serialize !== this.#hooks.serialize ||
        transformFunctions.unserialize !== this.#hooks.unserialize,
    )
  }

  /**
   * The `_id` of a session's document if no function of the application makes it, in the form in which it crosses to a carrier.
   * @param {string | undefined} sid
   */
  #idOf(sid) {
    const { hashId } = this.#settings
    return hashId ? hashId(sessionId(sid)) : sessionId(sid)
  }

  /**
   * Sends an operation whose turn it is. Returns a promise if it may take several steps.
   * @param {AnOperation} operation
   * @param {any[]} values
   */
  #send(operation, ...values) {
    if (this.#saving && operation.kind === 'set') {
      const [id, now, value, expires, lastModified] = values
      const save = /** @type {AnOperation & {sid: string, session: Session}} */ (operation)
      return this.#saving.start(save, id, { value, expires, lastModified }, now)
    }
    this.#connection.carrier.send(operation, operation.kind, ...values)
  }

  /** @param {AnOperation} operation */
  #skipLater(operation) {
    nextTick(() => operation.runInAsyncScope(this.#skip, undefined, operation))
  }
}

module.exports = { Starting }
