'use strict'

// Objects that the application gives: clients, databases and connections of any release, and stand-ins in tests, which have only
// what the test needs.

/**
 * Calls a method of a given object. Returns undefined if there is no such method.
 * @param {any} given
 * @param {string} name
 * @param {unknown[]} args
 * @returns {any}
 */
function callIfThere(given, name, ...args) {
  const method = given?.[name]
  return typeof method === 'function' ? method.apply(given, args) : undefined
}

module.exports = { callIfThere }
