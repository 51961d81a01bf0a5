'use strict'

// What differs between the two styles of connect-mongo: the class of 4 to 6, and the one that the factory of
// 0.8 to 3 gives. Where the releases of one style differ among themselves, the newest counts.

/** `new MongoStore(options)` and `MongoStore.create(options)`, as in connect-mongo 4 to 6. */
const MODERN = Object.freeze({
  name: 'modern',
  /** Whether the application passes the class to derive from, whose sessions it then has. */
  baseIsGiven: false,
  /** What `get` gives for a session that is not there. */
  missing: null,
  /** Whether a method gives a promise also when it has a callback. */
  promiseBesideCallback: false,
  /** Whether the store goes through the states `init`, `connecting`, `connected`, with an event each. */
  states: false,
  /** Whether `get` emits its event also for a session that is not there. */
  emitsMisses: true,
  /** Whether touching a session that is gone is an error. */
  touchMustFind: true,
  /** Whether destroy and clear give a value besides the error. */
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
