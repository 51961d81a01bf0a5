'use strict'

// What an application may change on a store that already runs: `ttl`, `touchAfter` and the functions that convert
// sessions. connect-mongo of the same style reads them with each operation. A value is checked if it differs from the
// last one.

const { checkKind } = require('./kinds.js')

/** @import { Hooks } from '../session/codec.js' */

/** @typedef {{ttl: unknown, options: {ttl?: unknown, touchAfter?: unknown}, transformFunctions: Hooks}} LiveStore */

class Live {
  #store
  #isFactory
  /** @type {unknown} */
  #ttl
  #ttlMs
  /** @type {unknown} */
  #touchAfter
  #touchAfterMs

  /**
   * @param {LiveStore} store
   * @param {{states: boolean}} style stores of the factory have their own `ttl`, others use that of their options
   * @param {{ttl: number, touchAfter: number}} settings in seconds
   */
  constructor(store, { states }, { ttl, touchAfter }) {
    this.#store = store
    this.#isFactory = states
    this.#ttl = this.#givenTtl
    this.#ttlMs = ttl * 1000
    this.#touchAfter = store.options.touchAfter
    this.#touchAfterMs = touchAfter * 1000
  }

  get #givenTtl() {
    return this.#isFactory ? this.#store.ttl : this.#store.options.ttl
  }

  /** The functions that convert a session to its stored value and back. */
  get hooks() {
    return this.#store.transformFunctions
  }

  /** The lifetime of a session whose cookie sets no `expires`, in milliseconds. */
  get ttl() {
    const given = this.#givenTtl
    if (given !== this.#ttl) {
      this.#ttlMs = milliseconds('ttl', given)
      this.#ttl = given
    }
    return this.#ttlMs
  }

  /** The interval during which `touch` writes an unchanged session at most once, in milliseconds. */
  get touchAfter() {
    const given = this.#store.options.touchAfter
    if (given !== this.#touchAfter) {
      this.#touchAfterMs = Math.max(0, milliseconds('touchAfter', given ?? 0))
      this.#touchAfter = given
    }
    return this.#touchAfterMs
  }
}

/**
 * @param {string} name
 * @param {unknown} seconds
 */
function milliseconds(name, seconds) {
  checkKind(name, 'number', seconds)
  if (seconds === undefined || (name === 'ttl' && Number(seconds) < 0))
    throw new TypeError(`The option ${name} must be at least 0 seconds`)
  return Number(seconds) * 1000
}

module.exports = { Live }
