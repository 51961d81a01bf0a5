'use strict'

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { FACTORY, HOUR, MODERN, aSession, eachStyle, useStores } = require('../helpers/stores.js')

const server = useStores()
const TWO_WEEKS = 14 * 24 * HOUR

/** Checks the lifetime of a session whose cookie has no date, after set and after touch. */
async function lives(t, style, options, lifetime) {
  const { store, collection } = server.open(t, options, style)
  const calls = [() => store.set('s', { cookie: { expires: null } }), () => store.touch('s', { cookie: {} })]
  for (const call of lifetime > 0 ? calls : calls.slice(0, 1)) {
    const earliest = Date.now() + lifetime
    await call()
    const latest = Date.now() + lifetime
    const { expires } = await collection.findOne({ _id: 's' })
    assert.ok(expires >= earliest && expires <= latest, `${JSON.stringify(options)}: ${expires.toISOString()}`)
  }
  return store
}

eachStyle(({ style }) => {
  test('ttl is the lifetime in seconds of a session whose cookie has no date', async (t) => {
    for (const [ttl, lifetime] of [
      [60, 60_000],
      ['60', 60_000],
      [10.5, 10_500],
      [1e9, 1e12],
    ]) {
      const store = await lives(t, style, { ttl }, lifetime)
      assert.equal(store.ttl, Number(ttl))
    }
  })

  test('without ttl, that lifetime is two weeks', async (t) => {
    const store = await lives(t, style, {}, TWO_WEEKS)
    assert.equal(store.ttl, 1_209_600)
    await lives(t, style, { ttl: undefined }, TWO_WEEKS)
  })

  test('the date of a cookie wins over ttl', async (t) => {
    const { store, collection } = server.open(t, { ttl: 60 }, style)
    const session = aSession()
    await store.set('s', session)
    assert.deepEqual((await collection.findOne({ _id: 's' })).expires, session.cookie.expires)
  })

  test('a session can be read when its ttl is beyond the range of dates', async (t) => {
    const { store } = server.open(t, { ttl: 1e15 }, style)
    await store.set('s', { a: 1 })
    assert.deepEqual(await store.get('s'), { a: 1 })
    await store.touch('s', { a: 1 })
    assert.deepEqual(await store.get('s'), { a: 1 })
  })

  test('a negative ttl is refused, since every session would be gone at once', (t) => {
    for (const ttl of [-5, '-5']) {
      assert.throws(() => server.open(t, { ttl }, style), {
        name: 'TypeError',
        message: 'The option ttl must be at least 0 seconds',
      })
    }
  })

  test('a ttl that is no finite number is refused', (t) => {
    for (const ttl of [NaN, Infinity, -Infinity, '', '  ', 'a day', {}, [], true, 60n, () => 60]) {
      assert.throws(() => server.open(t, { ttl }, style), {
        name: 'TypeError',
        message: /The option ttl must be a finite number/,
      })
    }
  })
})

test('a ttl of 0 or null ends a session at once, as in connect-mongo 4 to 6', async (t) => {
  for (const ttl of [0, '0', null]) await lives(t, MODERN, { ttl }, 0)
})

test('a ttl of 0 or null means two weeks to the factory, as in connect-mongo 1 to 3', async (t) => {
  for (const ttl of [0, null]) await lives(t, FACTORY, { ttl }, TWO_WEEKS)
})
