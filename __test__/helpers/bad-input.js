'use strict'

// Invalid arguments, and checks for every method that takes such an argument.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { aSession, eachStyle, fails } = require('./stores.js')

/** Values that are not session ids, each with a label. */
const BAD_SIDS = [
  ['undefined', undefined],
  ['null', null],
  ['an empty string', ''],
  ['a query', { $gt: '' }],
  ['an object', { toString: () => 'victim' }],
  ['an array', ['victim']],
  ['a number', 5],
  ['true', true],
  ['a BigInt', 5n],
  ['a symbol', Symbol('victim')],
  ['a String object', Object('victim')],
  ['a buffer', Buffer.from('victim')],
  ['a string of a megabyte', 'a'.repeat(2 ** 20)],
  ['a lone high surrogate', 'a\ud800'],
  ['a lone low surrogate', '\udc00a'],
]

/** Ids of other users' sessions that could be confused with an invalid id. */
const VICTIMS = ['victim', 'undefined', 'null', '[object Object]', '5', 'true', 'a', 'a\ufffd', '\ufffda']

/** Values that are not callbacks. */
const BAD_CALLBACKS = [
  ['a number', 5],
  ['a string', 'callback'],
  ['an object', {}],
  ['true', true],
  ['false', false],
]

/**
 * Defines the tests that a method refuses every invalid id and leaves all sessions unchanged.
 * @param {{open: Function}} server of `useStores`
 * @param {string} method
 * @param {...*} rest makes the arguments between the id and the callback
 */
function refusesBadIds(server, method, ...rest) {
  eachStyle(({ style }) => {
    test(`${method} answers with an error for an invalid session id, and leaves all sessions alone`, async (t) => {
      const { store, collection } = server.open(t, {}, style)
      for (const sid of VICTIMS) await store.set(sid, aSession({ owner: sid }))
      const before = await collection.find().sort({ _id: 1 }).toArray()

      for (const [what, sid] of BAD_SIDS) {
        await t.test(what, async () => {
          const error = await fails(store, method, [sid, ...rest.map((make) => make())], /session id must/)
          assert.doesNotMatch(error.message, /victim|aaaa/, 'the message does not quote the id')
        })
      }
      assert.deepEqual(await collection.find().sort({ _id: 1 }).toArray(), before)
    })
  })
}

/**
 * Defines the test that a method refuses an invalid callback before it does anything.
 * @param {{open: Function}} server of `useStores`
 * @param {string} method
 * @param {...*} args those before the callback
 */
function refusesBadCallbacks(server, method, ...args) {
  eachStyle(({ style }) => {
    test(`${method} rejects when its callback is not a function, and does nothing`, async (t) => {
      const { store, collection } = server.open(t, {}, style)
      await store.set('s', { a: 1 })
      const before = await collection.find().toArray()
      for (const [what, callback] of BAD_CALLBACKS) {
        await assert.rejects(store[method](...args, callback), /The callback must be a function/, what)
      }
      assert.deepEqual(await collection.find().toArray(), before)
    })
  })
}

module.exports = { BAD_SIDS, refusesBadIds, refusesBadCallbacks }
