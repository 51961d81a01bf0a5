'use strict'

// Operations whose id or session goes through functions of the application, which may answer later. They are sent in
// the order of their calls all the same. Their time counts from the call, so that no function delays an operation beyond
// its deadline.

const { closedError } = require('../common/errors.js')
const { isThenable } = require('../common/promises.js')
const { uptime } = require('../common/timers.js')
const { sessionId, storedId } = require('./session-id.js')
const { Turns } = require('./turns.js')

/** @import { Awaitable } from '../common/promises.js' */

/** What an operation waits for while it is not its turn, for the error. */
const EARLIER = 'a hook of an earlier operation'

/**
 * The values to send besides the id, in the order of the carrier's parameters; null if there is nothing to send.
 * @typedef {readonly unknown[] | Record<string, unknown> | null} Values
 */

/**
 * The part of an operation that matters here.
 * @typedef {object} Prepared
 * @property {string} kind
 * @property {string | undefined} sid
 * @property {Promise<unknown> | undefined} promise
 * @property {TypeError | undefined} flaw why it can't be carried out
 * @property {number | undefined} since when it was called, by `uptime`
 * @property {<V>(promise: PromiseLike<V>, who: string) => Promise<V>} wait waits until its deadline
 * @property {(thrown: unknown) => void} failLater
 */

/**
 * @template {Prepared} T
 * @typedef {object} Sender
 * @property {(operation: T, sid: string) => unknown} idOf returns the `_id` of the session, or a promise of it
 * @property {(operation: T, ...values: unknown[]) => Awaitable<void>} send may resolve when the next operation on the
 *   session may start
 * @property {(operation: T) => void} skip answers an operation without sending anything
 */

/** @template {Prepared} T */
class Preparing {
  #sender
  #turns = new Turns()
  #isClosed = false

  /** @param {Sender<T>} sender */
  constructor(sender) {
    this.#sender = sender
  }

  /**
   * Starts an operation on one session.
   * @param {T} operation
   * @param {() => Awaitable<Values>} values ends by the deadline
   */
  start(operation, values) {
    operation.since ??= uptime()
    try {
      const sid = sessionId(operation.sid)
      if (operation.flaw) throw operation.flaw
      if (this.#isClosed) throw closedError()
      this.#prepare(operation, sid, values)
    } catch (error) {
      operation.failLater(error)
    }
    return operation.promise
  }

  /**
   * Starts an operation on all sessions.
   * @param {T} operation
   * @param {readonly unknown[]} values what is sent
   */
  startOnAll(operation, values) {
    operation.since ??= uptime()
    try {
      if (operation.flaw) throw operation.flaw
      if (this.#isClosed) throw closedError()
      this.#prepareOnAll(operation, values)
    } catch (error) {
      operation.failLater(error)
    }
    return operation.promise
  }

  /** Accepts no more operations. Returns a promise that resolves when all are sent; undefined if they are already. */
  close() {
    this.#isClosed = true
    return this.#turns.takeAll().before
  }

  /**
   * Calls the functions, after those of earlier operations on the same session, and sends the operation.
   * @param {T} operation
   * @param {string} sid
   * @param {() => Awaitable<Values>} values
   */
  async #prepare(operation, sid, values) {
    const turn = this.#turns.take(sid)
    let isInTurn = turn.before === undefined
    try {
      if (turn.before) await operation.wait(turn.before, EARLIER)
      isInTurn = true
      let id = this.#sender.idOf(operation, sid)
      if (isThenable(id)) id = await operation.wait(id, 'transformId')
      const stored = storedId(id)
      let others = values()
      if (isThenable(others)) others = await others
      if (others === null) this.#sender.skip(operation)
      else await this.#sender.send(operation, stored, ...Object.values(others))
    } catch (error) {
      operation.failLater(error)
    } finally {
      turn.end(isInTurn)
    }
  }

  /**
   * @param {T} operation
   * @param {readonly unknown[]} values
   */
  async #prepareOnAll(operation, values) {
    const turn = this.#turns.takeAll()
    let isInTurn = turn.before === undefined
    try {
      if (turn.before) await operation.wait(turn.before, EARLIER)
      isInTurn = true
      this.#sender.send(operation, ...values)
    } catch (error) {
      operation.failLater(error)
    } finally {
      turn.end(isInTurn)
    }
  }
}

module.exports = { Preparing }
