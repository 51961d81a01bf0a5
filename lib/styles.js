'use strict'

// The differences between the two styles of connect-mongo: the class of 4 to 6, and the one that the factory of 0.8 to
// 3 makes. If the releases of one style differ, the newest one counts.

/** `new MongoStore(options)` and `MongoStore.create(options)`, as in connect-mongo 4 to 6. */
const MODERN = Object.freeze({
  name: 'modern',
  /** Whether the application passes the class to derive from. The store then makes sessions of that class. */
  baseIsGiven: false,
  /** What `get` returns for a session that does not exist. */
  missing: null,
  /** Whether a method also returns a promise if it has a callback. */
  promiseBesideCallback: false,
  /** Whether the store goes through the states `init`, `connecting`, `connected`, with an event for each. */
  states: false,
  /** Whether `get` also emits its event for a session that does not exist. */
  emitsMisses: true,
  /** Whether touching a session that is gone is an error. */
  touchMustFind: true,
  /** Whether destroy and clear pass a value besides the error. */
  valuesOfWrites: false,
})

/** `require('connect-mongo')(session)`, as in connect-mongo 3. */
const FACTORY = Object.freeze({
  name: 'factory',
  baseIsGiven: true,
  missing: undefined,
  promiseBesideCallback: true,
  states: true,
  emitsMisses: false,
  touchMustFind: false,
  valuesOfWrites: true,
})

module.exports = { MODERN, FACTORY }
