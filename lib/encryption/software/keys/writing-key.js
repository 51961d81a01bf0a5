'use strict'

// The key for writing sessions in kruptein's format. The process uses one random salt for many records. It derives the
// key of the next salt in time, so that no write waits for it.

const { random } = require('../primitives.js')

/** @import { KeyObject } from 'node:crypto' */
/** @typedef {InstanceType<typeof import('./key-cache.js').KeyCache>} KeyCache */
/** @typedef {InstanceType<typeof import('./patience.js').Patience>} Patience */

/**
 * How many records share a salt, and so a key. The chance that two of their random nonces of 96 bits are equal is then
 * 2^-57. NIST allows 2^-32 (SP 800-38D, 8.3).
 */
const RECORDS = 2 ** 20
/** The next key is requested when this many records are left. */
const LEAD = 2 ** 14
/** The length of a salt in bytes. */
const SALT = 128

class WritingKey {
  #keys
  #rounds
  #records
  #lead
  /** @type {{salt: Buffer, key: KeyObject} | undefined} */
  #current
  #left = 0
  /**
   * The salt of the next key.
   * @type {Buffer | undefined}
   */
  #next

  /**
   * @param {KeyCache} keys
   * @param {number} rounds of PBKDF2
   * @param {{records: number, lead: number}} [limits]
   */
  constructor(keys, rounds, { records, lead } = { records: RECORDS, lead: LEAD }) {
    this.#keys = keys
    this.#rounds = rounds
    this.#records = records
    this.#lead = lead
  }

  /**
   * The key for one more record.
   * @param {Patience} patience
   */
  async take(patience) {
    while (this.#current === undefined || this.#left === 0) {
      const salt = this.#nextSalt()
      const key = await this.#keys.ofAll({ salt, rounds: this.#rounds }, patience)
      // Of all callers that waited for it, the first one activates it.
      if (salt === this.#next) {
        this.#current = { salt, key }
        this.#left = this.#records
        this.#next = undefined
      }
    }
    const current = this.#current
    this.#left -= 1
    if (this.#left < this.#lead && this.#next === undefined) this.prepare()
    return current
  }

  /** Requests the next key. */
  prepare() {
    this.#keys.prepare({ salt: this.#nextSalt(), rounds: this.#rounds })
  }

  #nextSalt() {
    this.#next ??= random(SALT)
    return this.#next
  }
}

module.exports = { WritingKey }
