'use strict'

// The keys that PBKDF2 derives from one secret, by salt and rounds. A derivation takes milliseconds on a thread of
// Node's pool.

const { createSecretKey, pbkdf2 } = require('node:crypto')
const { promisify } = require('node:util')
const { Derivations } = require('./derivations.js')
const { Turns } = require('./turns.js')

/** @import { KeyObject } from 'node:crypto' */
/** @typedef {InstanceType<typeof import('./patience.js').Patience>} Patience */

/** @typedef {{salt: Buffer, rounds: number}} KeyName what tells a key from the others of its secret */

/**
 * The maximum number of keys that are kept for one secret. Each process has its own salt, and so has each record of
 * connect-mongo.
 */
const MAX_KEYS = 16_384
/** How many callers that wait in turn are in the queue at a time: so few that they never push each other out. */
const IN_TURN = 256

const derive = promisify(pbkdf2)
const turns = new Turns(IN_TURN)
let count = 0

class KeyCache {
  #secret
  #hash
  #length
  #derivations
  #number = (count += 1)
  /**
   * The keys used since the last change of generations, and the earlier ones, which the next change drops.
   * @type {Map<string, KeyObject>}
   */
  #recent = new Map()
  /** @type {Map<string, KeyObject>} */
  #older = new Map()

  /**
   * @param {Uint8Array} secret
   * @param {string} hash
   * @param {number} length of the keys, in bytes
   * @param {InstanceType<typeof Derivations>} [derivations]
   */
  constructor(secret, hash, length, derivations = Derivations.ofProcess) {
    this.#secret = Buffer.from(secret)
    this.#hash = hash
    this.#length = length
    this.#derivations = derivations
  }

  /**
   * A key that one or a few records need.
   * @param {KeyName} name
   * @param {Patience} patience
   */
  ofRecord(name, patience) {
    return this.#key(name, false, patience)
  }

  /**
   * A key that all writes need.
   * @param {KeyName} name
   * @param {Patience} patience
   */
  ofAll(name, patience) {
    return this.#key(name, true, patience)
  }

  /**
   * Requests a key that all writes will need.
   * @param {KeyName} name
   */
  prepare(name) {
    if (this.#get(idOf(name)) === undefined) this.#derivations.prepare(this.#wanted(name, true))
  }

  /**
   * @param {KeyName} name
   * @param {boolean} shared
   * @param {Patience} patience
   * @returns {Promise<KeyObject>}
   */
  async #key(name, shared, patience) {
    const key = this.#get(idOf(name))
    if (key) return key
    const wait = () => this.#derivations.wait(this.#wanted(name, shared), patience)
    // By then, another caller may have had the key derived.
    return patience.inTurn ? turns.run(async () => this.#get(idOf(name)) ?? wait()) : wait()
  }

  /**
   * @param {KeyName} name
   * @param {boolean} shared
   */
  #wanted(name, shared) {
    const id = idOf(name)
    return { id: `${this.#number} ${id}`, shared, derive: () => this.#derive(id, name) }
  }

  /**
   * @param {string} id
   * @param {KeyName} name
   */
  async #derive(id, { salt, rounds }) {
    const key = createSecretKey(await derive(this.#secret, salt, rounds, this.#length, this.#hash))
    this.#keep(id, key)
    return key
  }

  /** @param {string} id */
  #get(id) {
    const recent = this.#recent.get(id)
    if (recent) return recent
    const key = this.#older.get(id)
    if (key) this.#keep(id, key)
    return key
  }

  /**
   * @param {string} id
   * @param {KeyObject} key
   */
  #keep(id, key) {
    if (this.#recent.size >= MAX_KEYS / 2) {
      this.#older = this.#recent
      this.#recent = new Map()
    }
    this.#recent.set(id, key)
  }
}

/** @param {KeyName} name */
function idOf({ salt, rounds }) {
  return `${rounds} ${salt.toString('latin1')}`
}

module.exports = { KeyCache }
