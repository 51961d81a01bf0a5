'use strict'

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { survivesFailures } = require('../helpers/hooks.js')
const { aSession, eachStyle, fails, useStores } = require('../helpers/stores.js')

const server = useStores()
const storedOf = async (collection) => (await collection.findOne({ _id: 's' })).session

eachStyle(({ style }) => {
  test('serialize makes the stored value of a session, which may be text or any other value', async (t) => {
    let result
    const { store, collection } = server.open(t, { serialize: () => result }, style)
    for (result of ['text', '', { a: [1, new Date(0)] }, ['list'], 5, true, null]) {
      await store.set('s', aSession())
      assert.deepEqual(await storedOf(collection), result)
    }
  })

  test('serialize is given the session, once per set', async (t) => {
    const given = []
    const serialize = (...args) => {
      given.push(args)
      return 'text'
    }
    const { store } = server.open(t, { serialize }, style)
    const session = aSession({ a: 1 })
    await store.set('s', session)
    await store.touch('s', session)
    await store.get('s').catch(() => {})
    assert.equal(given.length, 1)
    assert.equal(given[0][0], session)
  })

  test('serialize is given the session without lastModified, which belongs to the document', async (t) => {
    let given
    const serialize = (session) => {
      given = session
      return JSON.stringify(session)
    }
    const { store } = server.open(t, { serialize, touchAfter: 60 }, style)
    const session = store.createSession(
      { sessionID: 's', sessionStore: store },
      aSession({ a: 1, lastModified: new Date(0) }),
    )
    await store.set('s', session)
    assert.deepEqual(Object.keys(given), ['cookie', 'a'])
    assert.equal(Object.getPrototypeOf(given), Object.getPrototypeOf(session))
    assert.deepEqual(session.lastModified, new Date(0))
  })

  test('serialize may be asynchronous', async (t) => {
    for (const later of [async (value) => value, (value) => ({ then: (resolve) => resolve(value) })]) {
      const { store, collection } = server.open(t, { serialize: ({ a }) => later(`a is ${a}`) }, style)
      await store.set('s', { a: 1 })
      assert.equal(await storedOf(collection), 'a is 1')
      await Promise.all([store.set('t', { a: 2 }), store.set('u', { a: 3 })])
      assert.equal((await collection.findOne({ _id: 'u' })).session, 'a is 3')
    }
  })

  test('serialize alone leaves stringify aside: get gives the stored value as it is', async (t) => {
    for (const stringify of [true, false]) {
      const { store } = server.open(t, { stringify, serialize: ({ a }) => ({ stored: a }) }, style)
      await store.set('s', { a: 1 })
      assert.deepEqual(await store.get('s'), { stored: 1 })
    }
    const { store } = server.open(t, { serialize: JSON.stringify }, style)
    await store.set('s', { a: 1 })
    await fails(store, 'get', ['s'], /is a string, not an object/)
  })

  test('the result of serialize must be storable', async (t) => {
    const circular = {}
    circular.self = circular
    const results = [
      circular,
      'x'.repeat(17 * 2 ** 20),
      { big: Buffer.alloc(17 * 2 ** 20) },
      {
        get user() {
          throw new Error('of the getter')
        },
      },
    ]
    for (const result of results) {
      for (const serialize of [() => result, async () => result]) {
        const { store, collection } = server.open(t, { serialize }, style)
        await fails(store, 'set', ['s', {}], Error)
        assert.equal(await collection.countDocuments(), 0)
      }
    }
  })

  test('serialize that is no function is refused', (t) => {
    for (const serialize of ['JSON.stringify', {}, true, 5]) {
      assert.throws(() => server.open(t, { serialize }, style), {
        name: 'TypeError',
        message: /The option serialize must be a function/,
      })
    }
  })
})

survivesFailures(server, 'serialize', [['set', 's', { a: 1 }]])
