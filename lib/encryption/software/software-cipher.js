'use strict'

// Replaces the addon's cipher if the addon can't be loaded. It has the same formats, byte for byte, with Node's
// `crypto`. Keys are derived on the threads of Node's pool, and sessions are encrypted on the event loop. `src/crypto/`
// has the original.

const { Envelope } = require('./envelope.js')
const { CipherError, failures } = require('./failures.js')
const { Patience } = require('./keys/patience.js')
const { Kruptein } = require('./kruptein.js')
const { Secret } = require('./secret.js')
const { asStored, checkDocument, jsonIn } = require('./values.js')
const { WebCrypto } = require('./web-crypto.js')

/** @import { CipherFailure, CipherSettings, NativeCipher, Value } from '../../common/native.js' */

/** @implements {NativeCipher} */
class SoftwareCipher {
  #envelope
  /** The format of `crypto` or of a native adapter. */
  #ofAdapter
  #secret
  #foreign
  #readsPlain

  /**
   * Makes a cipher. Its key for writing is derived in the background.
   * @param {CipherSettings} settings
   */
  constructor({ keys, kruptein, web, secret, foreign, readsPlain }) {
    this.#envelope = keys && new Envelope(keys)
    this.#ofAdapter = kruptein ? new Kruptein(kruptein) : web && new WebCrypto(web)
    this.#secret = secret && new Secret(secret)
    this.#foreign = foreign
    this.#readsPlain = readsPlain
    if (!this.#envelope) this.#writer?.prepare()
  }

  /**
   * Encrypts a text as an adapter does.
   * @param {string} text
   * @returns {Promise<string | CipherFailure>}
   */
  encrypt(text) {
    return partsOrResult(() => {
      if (this.#envelope || !this.#writer) throw failures.unreadable()
      return this.#writer.sealText(text, new Patience())
    })
  }

  /**
   * Decrypts a record as an adapter does.
   * @param {string} stored
   * @returns {Promise<string | CipherFailure>}
   */
  decrypt(stored) {
    return partsOrResult(() => {
      if (!this.#ofAdapter) throw failures.unreadable()
      return this.#ofAdapter.read(stored, new Patience(Infinity, { inTurn: true }))
    })
  }

  /**
   * Encrypts a session for its id.
   * @param {Value} id
   * @param {Value} session
   * @param {number} limitMs
   * @returns {Promise<Value | CipherFailure>}
   */
  seal(id, session, limitMs) {
    return partsOrResult(() => {
      check(id)
      check(session)
      if (this.#envelope) return this.#envelope.seal(id, session)
      const patience = new Patience(limitMs)
      if (!this.#writer) throw failures.unreadable()
      if (typeof session === 'string') return this.#writer.sealText(session, patience)
      return this.#writer.sealJson(jsonIn(session), patience)
    })
  }

  /**
   * Decrypts what is stored under an id.
   * @param {Value} id
   * @param {Value | undefined} stored
   * @param {number} limitMs
   * @returns {Promise<Value | CipherFailure>}
   */
  open(id, stored, limitMs) {
    return partsOrResult(() => {
      check(id)
      if (stored !== undefined) check(stored)
      if (typeof stored === 'string') return this.#open(id, stored, new Patience(limitMs))
      if (stored === undefined || !this.#readsPlain) throw failures.unreadable()
      return stored
    })
  }

  /**
   * The ids under which a session may be stored, the one for writing first; none without `encryption`.
   * @param {string} sid
   */
  hashIds(sid) {
    return this.#envelope?.hashIds(sid) ?? []
  }

  /** The format that encrypts without `encryption`. */
  get #writer() {
    return this.#ofAdapter ?? (this.#foreign ? undefined : this.#secret)
  }

  /**
   * @param {Value} id
   * @param {string} stored
   * @param {InstanceType<typeof Patience>} patience
   */
  #open(id, stored, patience) {
    if (this.#envelope?.recognizes(stored)) return this.#envelope.open(id, stored)
    if (this.#secret?.recognizes(stored)) return this.#secret.open(stored, patience)
    const isPlain = this.#readsPlain && !this.#isOfAdapter(stored)
    if (isPlain) return stored
    if (this.#ofAdapter) return this.#ofAdapter.open(stored, patience)
    if (this.#foreign) return asStored(stored)
    throw failures.unreadable()
  }

  /**
   * Whether a text that may also be a plain session is a record of the adapter.
   * @param {string} stored
   */
  #isOfAdapter(stored) {
    if (this.#ofAdapter) return this.#ofAdapter.recognizes(stored)
    return this.#foreign && !stored.startsWith('{')
  }
}

/** @param {Value} value */
function check(value) {
  if (typeof value !== 'string') checkDocument(value)
}

/**
 * A promise of the result of an action, or of the parts of its failure.
 * @template {Value} T
 * @param {() => T | Promise<T>} act
 * @returns {Promise<T | CipherFailure>}
 */
async function partsOrResult(act) {
  try {
    return await act()
  } catch (error) {
    if (error instanceof CipherError) return error.parts
    throw error
  }
}

module.exports = { SoftwareCipher }
