'use strict'

// Process warnings. Most are emitted once per process, so a test checks them in a separate process.

const assert = require('node:assert/strict')
const { runProgram } = require('./child.js')
const { FACTORY } = require('./stores.js')

/** Runs `main(input)`. Resolves with `{ lines, messages }`: the printed lines, and the warnings of this package. */
async function warningsOf(main, input) {
  const { code, lines, stderr } = await runProgram(main, input)
  assert.equal(code, 0, stderr)
  const messages = [...stderr.matchAll(/\[MONGO_STORE_\w+\] MongoStoreWarning: (.*)/g)].map(([, message]) => message)
  return { lines, messages }
}

/**
 * Makes stores from `options` one after the other, and uses each store once before closing it. Returns the warnings of
 * all packages as `{ code, message }`.
 */
async function warningsOfStores(style, ...options) {
  const { lines } = await warningsOf(
    async ({ isFactory, all }) => {
      const MongoStore = require('connect-mongo-native')
      const Store = isFactory ? MongoStore(require('express-session')) : MongoStore
      process.on('warning', (warning) => console.log(JSON.stringify({ code: warning.code, message: warning.message })))
      for (const each of all) {
        const store = new Store(each)
        await store.length()
        await store.collectionP
        await store.close()
      }
    },
    { isFactory: style === FACTORY, all: options },
  )
  return lines.map((line) => JSON.parse(line))
}

/** Collects the warnings of this process until the end of a test. Returns a function that gives those with a code. */
function collectWarnings(t, code) {
  const warnings = []
  const listener = (warning) => warnings.push(warning)
  process.on('warning', listener)
  t.after(() => process.off('warning', listener))
  return () => warnings.filter((warning) => warning.code === code)
}

module.exports = { collectWarnings, warningsOf, warningsOfStores }
