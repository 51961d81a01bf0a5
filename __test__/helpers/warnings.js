'use strict'

// The process warnings of a store, which come once per process: looked at in a process of their own.

const assert = require('node:assert/strict')
const { runProgram } = require('./child.js')
const { FACTORY } = require('./stores.js')

/**
 * The warnings of stores made from `options` one after the other, as `{ code, message }`. Each store is used once
 * before it is closed.
 */
async function warningsOf(style, ...options) {
  const { code, lines, stderr } = await runProgram(
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
  assert.equal(code, 0, stderr)
  return lines.map((line) => JSON.parse(line))
}

module.exports = { warningsOf }
