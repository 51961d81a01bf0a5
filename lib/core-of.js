'use strict'

// The core of a store. A store has it under a symbol, so that it is found from whatever stands for the store: a Proxy around
// it, an object that inherits from it, or one that its properties were copied to.

/** @typedef {InstanceType<typeof import('./core.js').Core>} Core */

/** The key under which a store has its core. */
const CORE = Symbol('connect-mongo-native')

/**
 * Gives a store its core. The property is enumerable, so that copies of a store have it as well.
 * @param {object} store
 * @param {Core} core
 */
function attach(store, core) {
  Object.assign(store, { [CORE]: core })
}

/**
 * The core of a store, or of what stands for it; undefined where there is none, as in the prototype.
 * @param {any} store
 * @returns {Core | undefined}
 */
function coreIn(store) {
  return store?.[CORE]
}

/**
 * The same for a method, which needs one.
 * @param {any} store
 * @returns {Core}
 * @throws {TypeError} where there is none
 */
function coreOf(store) {
  const core = coreIn(store)
  if (core === undefined) {
    throw new TypeError(
      'A method of MongoStore was called without its store. Call it on the store, or bind it to the store',
    )
  }
  return core
}

module.exports = { attach, coreIn, coreOf }
