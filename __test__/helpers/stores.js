'use strict'

// Stores for the tests of methods and options, and functions that call a method and check how it answers. Each store
// has its own collection, which the tests read and write with the independent driver.

const assert = require('node:assert/strict')
const { randomBytes } = require('node:crypto')
const { describe } = require('node:test')
const { setImmediate: nextTurn } = require('node:timers/promises')
const session = require('express-session')
const { STYLES } = require('./styles.js')
const { useServer } = require('./server.js')

const [MODERN, FACTORY] = STYLES
const HOUR = 3_600_000 // ms
/** Options that provide a connection, which a connection string would override. */
const GIVEN = ['client', 'clientPromise', 'db', 'dbPromise', 'mongooseConnection']

/** Runs `define({ style, isFactory, missing })` for each of the styles. `missing` is the result of `get` without a session. */
function eachStyle(define, styles = STYLES) {
  for (const style of styles) {
    const isFactory = style === FACTORY
    describe(style.name, () => define({ style, isFactory, missing: isFactory ? undefined : null }))
  }
}

/** Makes a store of a style, from options that both styles share. */
function make(style, options) {
  return style === MODERN ? style.Store.create(options) : new style.Store(options)
}

/**
 * A server for a test file. Call it once, at the top. Returns
 *
 * - `open(t, options, style)`: `{ store, collection, mongoUrl, dbName }`, a store that is closed after the test `t`,
 *   and its collection. The server removes no expired documents from it unless `autoRemove` requests it.
 * - `place()`: `{ mongoUrl, dbName, db }`, an unused database.
 * - `client()`: the driver's client.
 */
function useStores() {
  const server = useServer()
  let shared

  function place(dbName = server.freshDb()) {
    return { dbName, mongoUrl: server.url(dbName), db: server.db(dbName) }
  }
  function open(t, options = {}, style = MODERN) {
    const { dbName, mongoUrl, db } = place((shared ??= server.freshDb()))
    const collectionName = `sessions-${randomBytes(6).toString('hex')}`
    const connection = GIVEN.some((name) => options[name]) ? { dbName } : { [style.ofUrl]: mongoUrl }
    const store = make(style, {
      ...connection,
      [style.collectionOption]: collectionName,
      autoRemove: 'disabled',
      ...options,
    })
    t.after(() => store.close())
    return { store, dbName, mongoUrl, collection: db.collection(store.collectionName) }
  }
  return { open, place, client: () => server.client }
}

/** A session as express-session passes it to a store, with a lifetime of one hour. */
function aSession(data = {}) {
  const cookie = new session.Cookie({ maxAge: HOUR })
  return { cookie, ...data }
}

/**
 * Calls a method with a callback as its last argument. Resolves with the callback's arguments and the method's return
 * value: `{ results, returned }`. The callback must be called exactly once, after the method has returned.
 */
function withCallback(store, method, ...args) {
  return new Promise((resolve, reject) => {
    let calls = 0
    let hasReturned = false
    const callback = (...results) => {
      calls++
      if (!hasReturned) reject(new Error(`${method} called back before it had returned`))
      else if (calls > 1) reject(new Error(`${method} called back more than once`))
      // A second call would happen within the next turns of the event loop.
      else
        nextTurn()
          .then(() => nextTurn())
          .then(() => resolve({ results, returned }))
    }
    const returned = store[method](...args, callback)
    hasReturned = true
  })
}

/** The results that a method passes to its callback: `[error, value]`. */
async function resultsOf(store, method, ...args) {
  return (await withCallback(store, method, ...args)).results
}

/** Checks that a method fails as `expected`, both by callback and by promise. Returns the error. */
async function fails(store, method, args, expected) {
  const [error] = await resultsOf(store, method, ...args)
  assert.ok(error instanceof Error, `${method} called back with ${error === null ? 'no' : 'a false'} error`)
  await assert.rejects(Promise.reject(error), expected)
  await assert.rejects(store[method](...args), expected)
  return error
}

/** Calls a method that succeeds. Its callback and its promise must give equal values. */
async function gives(store, method, ...args) {
  const [error, value] = await resultsOf(store, method, ...args)
  if (error) throw error
  assert.equal(error, null, 'without an error, the first argument of a callback is null')
  assert.deepEqual(await store[method](...args), value)
  return value
}

/** Records the events of a store as `[name, ...arguments]`. */
function recordEvents(store, names) {
  const events = []
  for (const name of names) store.on(name, (...args) => events.push([name, ...args]))
  return events
}

module.exports = {
  MODERN,
  FACTORY,
  HOUR,
  eachStyle,
  make,
  useStores,
  aSession,
  withCallback,
  resultsOf,
  fails,
  gives,
  recordEvents,
}
