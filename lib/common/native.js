'use strict'

// The only file that loads the addon. If it can't be loaded, the store works through the `mongodb` package. Then there
// is no `addon`, but an `absence`. The types describe the classes in `src/node/`. They are written by hand, so that
// lib/ can be checked before anything is built.

/**
 * A session id or a session in the form in which it crosses to the addon and back: text as it is, anything else as the
 * BSON of a document with one field.
 * @typedef {string | Uint8Array} Value
 */

/**
 * The parts of a failure, from which `errors.js` makes an Error.
 * @typedef {[name: string, message: string, code: number | undefined, codeName: string | undefined, labels: string[]]}
 *   Failure
 */

/**
 * The parts of a failure of a cipher, which has neither a number nor labels.
 * @typedef {[name: string, message: string, code: null, codeName: string | null]} CipherFailure
 */

/**
 * Results in one flat array of four elements each: slot, kind, and two values. `connection/results.js` lists the kinds.
 * @typedef {unknown[]} Results
 */

/**
 * The settings of one store, as `src/node/settings.rs` expects them.
 * @typedef {object} AddonSettings
 * @property {string} uri a connection string with every option of the connection in it
 * @property {string} [database] default: the one that `uri` names, otherwise `test`
 * @property {string} collection
 * @property {boolean} ttlIndex whether to make the TTL index
 * @property {number} timeLimitMs how long an operation may take, in milliseconds
 * @property {number} selectionLimitMs how long an operation looks for a server, in milliseconds
 * @property {boolean} timestamps whether `set` and `touch` keep `createdAt` and `updatedAt`
 * @property {WriteConcern} [writeConcern] of every write; default: the connection's
 */

/**
 * @typedef {object} WriteConcern
 * @property {string} [w] a number of nodes as text, `majority`, or the name of a custom concern
 * @property {boolean} [journal] whether the write must be in the journal
 * @property {number} [wtimeoutMs] how long to wait for the nodes, in milliseconds
 */

/**
 * The native half of one store. Each operation has a slot, a number with which its result comes back. The methods for
 * one session return whether the operation waits for `flush`. Dates are milliseconds since 1970, and `now` is the
 * caller's clock.
 * @typedef {object} NativeStore
 * @property {(alive: boolean) => void} hold whether the store keeps the process alive
 * @property {(slot: number, id: Value, now: number) => boolean} get
 * @property {(slot: number, id: Value, now: number, session: Value, expires: number, lastModified: number | undefined, isKnown:
 *   boolean, record?: Value) => boolean} set
 * @property {(slot: number, id: Value, now: number, expires: number, lastModified: number | undefined, knownLive:
 *   boolean) => boolean} touch
 * @property {(slot: number, id: Value) => boolean} destroy
 * @property {() => void} flush sends the operations that wait for it
 * @property {(milliseconds: number) => void} backdate tells how long ago the next operation was called
 * @property {(slot: number, now: number) => void} all
 * @property {(slot: number) => void} length
 * @property {(slot: number) => void} clear
 * @property {(slot: number, now: number) => void} removeExpired
 * @property {() => Statistics} stats
 * @property {(slot: number) => void} close answers the operations in flight, then ends the store
 * @property {() => void} release drops `deliver`, after `close` has been answered
 */

/**
 * What a store has done so far.
 * @typedef {object} Statistics
 * @property {number} batches batches sent
 * @property {number} steps the steps in them, each for one session
 * @property {number} retries repeated attempts
 * @property {number} waiting operations that wait
 * @property {number} inFlight operations that are under way
 * @property {Latency[]} latencies
 * @property {{name: string, count: number}[]} errors how often callers got an error of each name
 */

/**
 * How long the operations of one kind took, in microseconds.
 * @typedef {object} Latency
 * @property {string} operation the method's name
 * @property {number} count how many were answered
 * @property {number} mean
 * @property {number} p50
 * @property {number} p99
 * @property {number} p999
 * @property {number} max
 */

/**
 * How sessions are encrypted, as `src/node/cipher.rs` expects it.
 * @typedef {object} CipherSettings
 * @property {{id: string, secret: Uint8Array}[]} [keys] `encryption.keys`, the newest first
 * @property {PasswordSettings} [kruptein] the option `crypto`
 * @property {WebSettings} [web] the Web Crypto adapter
 * @property {PasswordSettings} [secret] the option `secret`
 * @property {boolean} foreign whether an adapter in JavaScript reads records that have none of our own formats
 * @property {boolean} readsPlain whether the store also reads sessions that are not encrypted
 * @property {boolean} forgets whether a session that can't be decrypted counts as none
 * @property {boolean} [keepsRecords] whether a decrypted session comes with its record
 */

/**
 * The options of the format of kruptein, or of the format of `secret`.
 * @typedef {object} PasswordSettings
 * @property {Uint8Array} secret
 * @property {string} algorithm such as `aes-256-gcm`
 * @property {string} hashing such as `sha512`
 * @property {string} encoding `base64`, `base64url` or `hex`
 * @property {number} ivLen the random bytes of a nonce
 * @property {string} [release] the release of kruptein whose form is written, such as `3.0`
 */

/**
 * The options of the Web Crypto format.
 * @typedef {object} WebSettings
 * @property {Uint8Array} secret
 * @property {Uint8Array} salt of the one key
 * @property {number} iterations the rounds of PBKDF2
 * @property {boolean} gcm whether the mode is AES-GCM; AES-CBC otherwise
 * @property {string} encoding `base64`, `base64url` or `hex`
 * @property {number} ivLen the random bytes of a nonce
 * @property {boolean} parses whether hooks of the application get the parsed JSON instead of the text
 */

/**
 * Encrypts and decrypts sessions, with the keys that it has derived. Each promise resolves with the value, or with the
 * parts of an error.
 * @typedef {object} NativeCipher
 * @property {(text: string) => Promise<string | CipherFailure>} encrypt
 * @property {(stored: string) => Promise<string | CipherFailure>} decrypt
 * @property {(id: Value, session: Value, limitMs: number) => Promise<Value | CipherFailure>} seal encrypts a session
 *   for its id
 * @property {(id: Value, stored: Value | undefined, limitMs: number) => Promise<Value | CipherFailure>} open decrypts
 *   what is stored under an id
 * @property {(sid: string) => string[]} hashIds the ids under which a session may be stored, the one for writing first;
 *   none without `encryption`
 */

/**
 * The addon. `describeConnection` returns what the driver made of a connection string, for tests and support. It does
 * not connect, and shows no password.
 * @typedef {object} Addon
 * @property {() => string} version the version of the package that it was built for
 * @property {new (settings: AddonSettings, deliver: (results: Results) => void, cipher?: NativeCipher) => NativeStore}
 *   NativeStore
 * @property {new (settings: CipherSettings) => NativeCipher} NativeCipher
 * @property {() => boolean} isOptimised whether the addon was built with optimisations
 * @property {() => string} systemRoots the root certificates of the operating system, as PEM text
 * @property {(uri: string, password?: string) => Record<string, string | string[] | string[][] | number | boolean |
 *   undefined>} describeConnection
 */

const { checkWhole } = require('./whole-file.js')

/** Switches the addon off, for tests and for comparisons. */
const SWITCH = 'CONNECT_MONGO_NATIVE_ADDON'

/** @returns {{addon: Addon, absence?: undefined} | {addon?: undefined, absence: unknown}} */
function load() {
  if (process.env[SWITCH] === 'off') return { absence: undefined }
  const { dlopen } = process
  // Node opens the file by this function, wherever a package manager or a bundler has put it.
  process.dlopen = (/** @type {Parameters<typeof dlopen>} */ ...args) => {
    checkWhole(args[1])
    return dlopen.apply(process, args)
  }
  try {
    // @ts-ignore: the build makes this file
    const addon = /** @type {Addon} */ (require('../../native.js'))
    const { version } = require('../../package.json')
    if (addon.version?.() === version) return { addon }
    return { absence: new Error(`its version is not ${version}`) }
  } catch (error) {
    return { absence: error }
  } finally {
    process.dlopen = dlopen
  }
}

/** The addon, or what was thrown instead; neither if it is switched off. */
module.exports = load()
