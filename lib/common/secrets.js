'use strict'

// Keeps secrets out of the output of `util.inspect` and `JSON.stringify` for a store and its options. The values
// themselves stay as they are. Only the printed copy has no secrets.

/** The method that `util.inspect` calls on a value. */
const INSPECT = Symbol.for('nodejs.util.inspect.custom')

const HIDDEN = '***'
/** Names of options whose values are secret. */
const SECRET = /pass|pwd|secret|credential|token|^(ssl)?(key|pfx)$|authMechanismProperties/i
/** Parameters of a connection string with such names. */
const SECRET_PARAMETER = /([?&;][^=&;]*(?:pass|secret|token|authMechanismProperties)[^=&;]*=)[^&;]*/gi
/** The part of a connection string before the hosts. A password may contain any character. */
const CREDENTIALS = /(:\/\/).*@/s

/**
 * Masks the secrets in the connection strings that a text quotes.
 * @param {string} text
 */
function masked(text) {
  return text.replace(CREDENTIALS, `$1${HIDDEN}@`).replace(SECRET_PARAMETER, `$1${HIDDEN}`)
}

/**
 * Copies options without their secrets. Of instances of classes, such as a client, only the class is named, because
 * they may hold credentials.
 * @param {unknown} value
 * @param {unknown[]} [outer] the objects around it
 * @returns {unknown}
 */
function withoutSecrets(value, outer = []) {
  if (typeof value === 'string') return masked(value)
  if (typeof value !== 'object' || value === null) return value
  if (outer.includes(value)) return '[Circular]'
  const inner = [...outer, value]
  if (Array.isArray(value)) return value.map((member) => withoutSecrets(member, inner))
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return `[${prototype.constructor?.name}]`
  const hide = (/** @type {[string, unknown]} */ [name, member]) => {
    const isSecret = SECRET.test(name) && member !== undefined && member !== null && member !== false
    return [name, isSecret ? HIDDEN : withoutSecrets(member, inner)]
  }
  return Object.fromEntries(Object.entries(value).map(hide))
}

/**
 * Makes options print without their secrets.
 * @template {object} T
 * @param {T} options
 * @returns {T} the same object
 */
function hideInPrints(options) {
  const print = () => withoutSecrets(options)
  return Object.defineProperties(options, { [INSPECT]: { value: print }, toJSON: { value: print } })
}

/**
 * What `util.inspect` shows of a store: an object of the same class, with options that have no secrets. It leaves out
 * symbols. They hold internals, through which the getters of the class would find a client.
 * @param {{options: object}} store
 */
function printable(store) {
  const named = Object.entries(Object.getOwnPropertyDescriptors(store))
  return Object.create(Object.getPrototypeOf(store), {
    ...Object.fromEntries(named),
    options: { value: withoutSecrets(store.options), enumerable: true },
    [INSPECT]: { value: undefined },
  })
}

module.exports = { INSPECT, hideInPrints, masked, printable, withoutSecrets }
