'use strict'

// Sessions that are very large, or have very many parts. Each fails by itself, or comes back; nobody else is harmed.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { GENUINE, call } = require('../../helpers/genuine.js')
const { MARK, insertRaw } = require('../../helpers/raw-insert.js')
const { aSession, eachStyle, useStores } = require('../../helpers/stores.js')

const server = useStores()
const MB = 1024 * 1024
const range = (count) => Array.from({ length: count }, (_, n) => n)
const codes = (results) => [...new Set(results.map(({ reason }) => reason?.code ?? String(reason?.stack)))]

/** Sessions with very many parts, each below 16 MB in either form. */
const PARTS = {
  'an array of a million numbers': () => ({ list: range(1_000_000).fill(7) }),
  '100,000 keys': () => Object.fromEntries(range(100_000).map((n) => [`key${n}`, n])),
  'keys of a megabyte': () => ({ ['k'.repeat(MB)]: 1, [`${'k'.repeat(MB)}2`]: 2 }),
  '50,000 objects': () => ({ list: range(50_000).map((n) => ({ n })) }),
}

eachStyle(({ style, missing }) => {
  for (const stringify of [true, false]) {
    for (const [what, make] of Object.entries(PARTS)) {
      test(`a session with ${what} is stored and read, beside others, with stringify: ${stringify}`, async (t) => {
        const { store } = server.open(t, { stringify }, style)
        const session = make()
        const beside = range(20).map((n) => store.set(`s${n}`, { n }))
        await store.set('large', session)
        await Promise.all(beside)
        const [found, ...others] = await Promise.all(
          ['large', ...range(20).map((n) => `s${n}`)].map((sid) => store.get(sid)),
        )
        assert.ok(JSON.stringify(found) === JSON.stringify(session), what)
        assert.deepEqual(
          others,
          range(20).map((n) => ({ n })),
        )
      })
    }

    test(`many sessions of 17 and of 48 MB at once are refused, and harm nobody, with stringify: ${stringify}`, async (t) => {
      const { store, collection } = server.open(t, { stringify }, style)
      const [large, larger] = [{ text: 'x'.repeat(17 * MB) }, { text: 'x'.repeat(48 * MB) }]
      const bad = range(12).map((n) => store.set(`bad${n}`, n % 4 === 3 ? larger : large))
      const good = range(50).flatMap((n) => [
        store.set(`good${n}`, { n }),
        store.get(`good${n}`),
        store.touch(`good${n}`, aSession()),
      ])
      assert.deepEqual(codes(await Promise.allSettled(bad)), [10334])
      await Promise.all(good)
      assert.equal(await collection.countDocuments(), 50)
      assert.equal(await store.get('bad0'), missing)
    })
  }

  test('a document with a key twice is read as connect-mongo reads it', async (t) => {
    const { store, collection, mongoUrl } = server.open(t, { stringify: false }, style)
    const { collectionName } = collection
    const theirs = GENUINE['connect-mongo 6']({ mongoUrl, collectionName, autoRemove: 'disabled', stringify: false })
    t.after(() => theirs.close())
    const twice = 'a'.repeat(MARK.length)
    await insertRaw(collection, { _id: 's', session: { [twice]: 'first', b: 1, [MARK]: 'last' } }, Buffer.from(twice))
    await store.set('other', { n: 1 })
    const [found, other] = await Promise.all([store.get('s'), store.get('other')])
    assert.deepEqual(found, await call(theirs, 'get', 's'))
    assert.deepEqual(found, { [twice]: 'last', b: 1 })
    assert.deepEqual(other, { n: 1 })
  })
})

test('what the bson package makes of a document that is too large for its buffer is never sent', () => {
  const { encode } = require('../../../lib/common/bson.js')
  assert.throws(() => encode({ session: { text: 'x'.repeat(17 * MB) } }), { name: 'MongoServerError', code: 10334 })
})
