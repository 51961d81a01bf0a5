'use strict'

// The queue of keys to derive, for all ciphers. A derivation keeps one thread of Node's pool busy for milliseconds. So
// none is started for callers that have given up, and the newest callers, who have the most time left, are served
// first.

const os = require('node:os')
const { clearTimeout } = require('../../../common/timers.js')
const { Promise } = require('../../../common/promises.js')
const { failures } = require('../failures.js')

/** @import { KeyObject } from 'node:crypto' */
/** @typedef {InstanceType<typeof import('./patience.js').Patience>} Patience */

/**
 * A requested key.
 * @typedef {object} Wanted
 * @property {string} id distinguishes it from all other keys
 * @property {boolean} shared whether all writes wait for it; a flood of reads must not hold it up
 * @property {() => Promise<KeyObject>} derive
 */

/**
 * A key that is not derived yet. Until its derivation starts, it is in one of the sets of waiting keys.
 * @typedef {object} Order
 * @property {Wanted} wanted
 * @property {boolean} ahead whether it is wanted although nobody waits for it
 * @property {boolean} begun
 * @property {Set<Waiter>} waiters
 */

/**
 * @typedef {object} Waiter
 * @property {(key: KeyObject) => void} resolve
 * @property {(failure: Error) => void} reject
 * @property {NodeJS.Timeout} [timer]
 */

/** The maximum number of waiting keys. One more pushes out the oldest. */
const MAX_WAITING = 4_096
/** The number of threads in Node's pool, unless UV_THREADPOOL_SIZE sets another one. */
const POOL = 4

class Derivations {
  /** The queue of the process. */
  static ofProcess = new Derivations(threads())

  #atOnce
  #maxWaiting
  #running = 0
  /** @type {Map<string, Order>} */
  #orders = new Map()
  /**
   * The waiting keys, the oldest first.
   * @type {{shared: Set<Order>, ofRecords: Set<Order>}}
   */
  #waiting = { shared: new Set(), ofRecords: new Set() }

  /**
   * @param {number} atOnce how many keys are derived at a time
   * @param {number} [maxWaiting]
   */
  constructor(atOnce, maxWaiting = MAX_WAITING) {
    this.#atOnce = atOnce
    this.#maxWaiting = maxWaiting
  }

  /**
   * Resolves with a key when it has been derived, once for everybody who waits for it.
   * @param {Wanted} wanted
   * @param {Patience} patience
   * @returns {Promise<KeyObject>}
   */
  wait(wanted, patience) {
    return new Promise((resolve, reject) => {
      const order = this.#place(wanted)
      /** @type {Waiter} */
      const waiter = { resolve, reject }
      waiter.timer = patience.start((failure) => {
        order.waiters.delete(waiter)
        if (order.waiters.size === 0 && !order.ahead && !order.begun) this.#remove(order)
        reject(failure)
      })
      order.waiters.add(waiter)
      this.#proceed()
    })
  }

  /**
   * Requests a key that nobody waits for yet.
   * @param {Wanted} wanted
   */
  prepare(wanted) {
    this.#place(wanted).ahead = true
    this.#proceed()
  }

  /**
   * The order of a key, which becomes the newest one.
   * @param {Wanted} wanted
   */
  #place(wanted) {
    const { id } = wanted
    const order = this.#orders.get(id) ?? { wanted, ahead: false, begun: false, waiters: new Set() }
    if (order.begun) return order
    this.#remove(order)
    order.wanted.shared ||= wanted.shared
    this.#orders.set(id, order)
    this.#placeOf(order).add(order)
    return order
  }

  /** @param {Order} order one that waits */
  #remove(order) {
    this.#orders.delete(order.wanted.id)
    this.#placeOf(order).delete(order)
  }

  /** @param {Order} order */
  #placeOf({ wanted }) {
    return wanted.shared ? this.#waiting.shared : this.#waiting.ofRecords
  }

  /** Starts as many derivations as there are free threads, and fails the oldest key if too many wait. */
  #proceed() {
    const { shared, ofRecords } = this.#waiting
    while (this.#running < this.#atOnce) {
      const order = last(shared) ?? last(ofRecords)
      if (order === undefined) return
      this.#begin(order)
    }
    if (shared.size + ofRecords.size <= this.#maxWaiting) return
    const [oldest] = ofRecords.size > 0 ? ofRecords : shared
    this.#remove(oldest)
    fail(oldest, failures.overloaded())
  }

  /** @param {Order} order */
  async #begin(order) {
    this.#placeOf(order).delete(order)
    order.begun = true
    this.#running += 1
    try {
      const key = await order.wanted.derive()
      for (const waiter of order.waiters) {
        clearTimeout(waiter.timer)
        waiter.resolve(key)
      }
    } catch (error) {
      // The next caller of this key tries again.
      fail(order, failures.lost(error))
    }
    this.#orders.delete(order.wanted.id)
    this.#running -= 1
    this.#proceed()
  }
}

/**
 * @param {Order} order
 * @param {Error} failure
 */
function fail({ waiters }, failure) {
  for (const { reject, timer } of waiters) {
    clearTimeout(timer)
    reject(failure)
  }
}

/**
 * @template T
 * @param {Set<T>} set
 * @returns {T | undefined}
 */
function last(set) {
  let found
  for (const member of set) found = member
  return found
}

/** One thread of the pool stays free for files and name lookups, and one processor for the event loop. */
function threads() {
  const pool = Number.parseInt(process.env.UV_THREADPOOL_SIZE ?? '', 10) || POOL
  const processors = os.availableParallelism?.() ?? os.cpus().length
  return Math.max(1, Math.min(pool, processors) - 1)
}

module.exports = { Derivations, MAX_WAITING }
