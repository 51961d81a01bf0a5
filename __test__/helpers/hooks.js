'use strict'

// Failures of the application's hooks (serialize, unserialize, transformId), and their required outcome.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { eachStyle, resultsOf } = require('./stores.js')

const enoent = () => Object.assign(new Error('no such file'), { code: 'ENOENT' })

/** Ways to fail: each throws or returns a promise that rejects. */
const FAILURES = {
  'an Error': () => new RangeError('of the hook'),
  'an Error with the code ENOENT': enoent,
  text: () => 'of the hook',
  undefined: () => undefined,
  null: () => null,
  'a plain object': () => ({ message: 'of the hook' }),
}
const WAYS = {
  throws: (thrown) => {
    throw thrown
  },
  'rejects with': (thrown) => Promise.reject(thrown),
  'gives a thenable that fails with': (thrown) => ({ then: (_resolve, reject) => reject(thrown) }),
}

/**
 * Defines the tests of a failing hook. The callback must get an Error, but not one that express-session interprets as
 * "no such session": that would log the user out.
 * @param {{open: Function}} server of `useStores`
 * @param {string} hook the option
 * @param {Array[]} calls `[method, ...args]`, each of which uses the hook
 */
function survivesFailures(server, hook, calls) {
  eachStyle(({ style }) => {
    for (const [way, fail] of Object.entries(WAYS)) {
      test(`when ${hook} ${way} something, the operation fails with an Error`, async (t) => {
        for (const [what, makeThrown] of Object.entries(FAILURES)) {
          await t.test(what, async (subtest) => {
            const thrown = makeThrown()
            const { store, collection } = server.open(subtest, { [hook]: () => fail(thrown) }, style)
            await collection.insertOne({ _id: 's', session: '{}' })
            for (const [method, ...args] of calls) {
              const [error] = await resultsOf(store, method, ...args)
              check(error, thrown)
              await store[method](...args).then(
                () => assert.fail('did not reject'),
                (reason) => check(reason, thrown),
              )
            }
            assert.deepEqual(await collection.find().toArray(), [{ _id: 's', session: '{}' }])
          })
        }
      })
    }
  })
}

function check(error, thrown) {
  assert.ok(error instanceof Error)
  assert.notEqual(error.code, 'ENOENT')
  if (error !== thrown) assert.equal(error.cause, thrown)
}

module.exports = { survivesFailures }
