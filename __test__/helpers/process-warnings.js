'use strict'

// The process warnings of a program of its own, since each of them comes once per process.

const assert = require('node:assert/strict')
const { runProgram } = require('./child.js')

/** Runs `main(input)` and resolves with `{ lines, messages }`: what it printed, and its warnings. */
async function warningsOf(main, input) {
  const { code, lines, stderr } = await runProgram(main, input)
  assert.equal(code, 0, stderr)
  const messages = [...stderr.matchAll(/\[MONGO_STORE_\w+\] MongoStoreWarning: (.*)/g)].map(([, message]) => message)
  return { lines, messages }
}

module.exports = { warningsOf }
