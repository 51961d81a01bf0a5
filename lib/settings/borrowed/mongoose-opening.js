'use strict'

// Follows a mongoose connection that is not open yet, for all stores that wait for it. There is one listener for each
// event, however many stores there are, and none when no store waits any more. It never listens to "error" itself,
// because that would hide the fact that the application has no handler.

const { errorMonitor } = require('node:events')
const { MongoStoreError } = require('../../common/errors.js')
const { callIfThere } = require('../../common/given.js')
const { nextTick } = require('../../common/timers.js')

/** @import { MongooseConnection } from './shape.js' */
/** @import { Seeker, Stop, Target } from '../target.js' */

/** @typedef {{look: () => Target | undefined, seeker: Seeker}} Waiter */

const CONNECTING = 2

/** @type {WeakMap<MongooseConnection, MongooseOpening>} */
const openings = new WeakMap()

class MongooseOpening {
  #connection
  /** @type {Set<Waiter>} */
  #waiters = new Set()
  /**
   * Why the last attempt to open the connection failed; undefined after a new attempt has begun.
   * @type {unknown}
   */
  #failure
  /** @type {[event: string | symbol, listener: (error?: unknown) => void][]} */
  #listeners = [
    ['connecting', () => this.#begin()],
    ['connected', () => this.#look()],
    ['open', () => this.#look()],
    [errorMonitor, (error) => this.#fail(error)],
    ['disconnected', () => this.#findFailure(true)],
  ]

  /** @param {MongooseConnection} connection */
  constructor(connection) {
    this.#connection = connection
  }

  /**
   * @param {Waiter} waiter
   * @returns {Stop}
   */
  add(waiter) {
    if (this.#waiters.size === 0) this.#listen()
    this.#waiters.add(waiter)
    waiter.seeker.waiting()
    if (this.#failure) nextTick(() => this.#tell(waiter))
    else this.#findFailure(false)
    return () => this.#remove(waiter)
  }

  /** @param {Waiter} waiter */
  #tell(waiter) {
    if (this.#failure && this.#waiters.has(waiter)) waiter.seeker.failed(this.#failure)
  }

  /** @param {Waiter} waiter */
  #remove(waiter) {
    if (this.#waiters.delete(waiter) && this.#waiters.size === 0) this.#unlisten()
  }

  #listen() {
    const connection = this.#connection
    // A stand-in in a test may have only what connect-mongo calls.
    if (typeof connection.on !== 'function') callIfThere(connection, 'once', 'open', () => this.#look())
    else for (const [event, listener] of this.#listeners) connection.on(event, listener)
  }

  #unlisten() {
    this.#failure = undefined
    for (const [event, listener] of this.#listeners) callIfThere(this.#connection, 'removeListener', event, listener)
  }

  #begin() {
    this.#failure = undefined
    for (const { seeker } of this.#waiters) seeker.waiting()
  }

  #look() {
    for (const waiter of [...this.#waiters]) {
      const { look, seeker } = waiter
      const target = look()
      if (!target) continue
      this.#remove(waiter)
      try {
        seeker.found(target)
      } catch (error) {
        seeker.failed(error)
      }
    }
  }

  /**
   * Finds out whether the connection has failed. Versions from 5 on have a promise for that.
   * @param {boolean} hasEnded whether it has just stopped opening
   */
  #findFailure(hasEnded) {
    const ended = () =>
      hasEnded ? new MongoStoreError('MongoNotConnectedError', 'The given mongoose connection did not open') : undefined
    // If the connection string is refused, the attempt ends before its promise exists.
    nextTick(() =>
      Promise.resolve(this.#connection.$initialConnection).then(
        () => this.#fail(ended()),
        (error) => this.#fail(error ?? ended()),
      ),
    )
  }

  /** @param {unknown} error undefined for none */
  #fail(error) {
    const { readyState } = this.#connection
    if (!error || this.#failure || readyState === 1 || readyState === CONNECTING) return
    this.#failure = error
    for (const waiter of this.#waiters) this.#tell(waiter)
  }
}

/**
 * Tells a seeker about the changes of a mongoose connection, until it is open.
 * @param {MongooseConnection} connection
 * @param {() => Target | undefined} look returns the target when the connection is open
 * @param {Seeker} seeker
 * @returns {Stop}
 */
function watchOpening(connection, look, seeker) {
  const opening = openings.get(connection) ?? new MongooseOpening(connection)
  openings.set(connection, opening)
  return opening.add({ look, seeker })
}

module.exports = { watchOpening }
