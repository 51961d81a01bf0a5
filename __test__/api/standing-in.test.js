'use strict'

// Objects that stand for a store, as applications make them. Each works as with connect-mongo 6.

const assert = require('node:assert/strict')
const { EventEmitter } = require('node:events')
const { describe, it } = require('node:test')
const { inspect } = require('node:util')
const MongoStore = require('connect-mongo-native')
const { MongoStore: Genuine } = require('connect-mongo-6')
const { aSession, eachStyle, resultsOf, useStores } = require('../helpers/stores.js')

const { open } = useStores()

const STAND_INS = {
  'Object.create(store)': (store) => Object.create(store),
  'a Proxy': (store) => new Proxy(store, {}),
  'a Proxy that binds methods': (store) =>
    new Proxy(store, {
      get(target, name) {
        const value = Reflect.get(target, name)
        return typeof value === 'function' ? value.bind(target) : value
      },
    }),
  'a copy of its properties': (store) => Object.assign(Object.create(Object.getPrototypeOf(store)), store),
  'an object with its methods': (store) => {
    const { get, set, touch, destroy, all, length, clear, load, createSession, close, computeStorageId } = store
    const methods = { get, set, touch, destroy, all, length, clear, load, createSession, close, computeStorageId }
    return Object.assign(new EventEmitter(), store, methods)
  },
  'a store with another prototype': (store) =>
    Object.setPrototypeOf(store, Object.create(Object.getPrototypeOf(store))),
}

/** Uses each method of a store as express-session does. Resolves with what the methods gave. */
async function use(store) {
  const gets = []
  store.on('get', (sid) => gets.push(sid))
  const seen = []
  for (const [method, ...args] of [
    ['set', 'a', aSession({ user: 'ann' })],
    ['get', 'a'],
    ['touch', 'a', aSession()],
    ['all'],
    ['length'],
    ['destroy', 'a'],
    ['get', 'a'],
    ['clear'],
  ]) {
    const [error, value] = await resultsOf(store, method, ...args)
    assert.equal(error, null, `${method}: ${error?.message}`)
    seen.push(JSON.parse(JSON.stringify([method, value?.user ?? value?.length ?? value ?? null])))
  }
  return { seen, gets }
}

describe('What stands for a store does what the store does', () => {
  eachStyle(({ style }) => {
    for (const [name, makeStandIn] of Object.entries(STAND_INS)) {
      it(name, async (t) => {
        const expected = await use(open(t, {}, style).store)
        assert.deepEqual(await use(makeStandIn(open(t, {}, style).store)), expected)
      })
    }
  })

  for (const [name, makeStandIn] of Object.entries(STAND_INS)) {
    it(`with connect-mongo 6, too: ${name}`, async (t) => {
      const { mongoUrl, store } = open(t)
      const genuine = Genuine.create({ mongoUrl, collectionName: 'genuine' })
      t.after(() => genuine.close())
      const { seen } = await use(makeStandIn(genuine))
      assert.deepEqual((await use(makeStandIn(store))).seen, seen)
    })
  }
})

it('a touch in a request of a Proxy is no error when the session is gone', async (t) => {
  const { store } = open(t)
  const proxy = STAND_INS['a Proxy that binds methods'](store)
  const session = Object.defineProperty(aSession(), 'req', { value: { sessionStore: proxy } })
  const [error] = await resultsOf(proxy, 'touch', 'gone', session)
  assert.equal(error, null)
})

it('the prototype can be looked at: its properties are undefined, as with connect-mongo', () => {
  for (const name of ['client', 'db', 'collection', 'clientP', 'collectionP']) {
    assert.equal(MongoStore.prototype[name], Genuine.prototype[name], name)
  }
  assert.doesNotThrow(() => inspect(MongoStore.prototype, { getters: true, showHidden: true }))
})

it('a method that is called on something else says so', () => {
  const { get } = MongoStore.prototype
  assert.throws(() => get('a', () => {}), { name: 'TypeError', message: /without its store/ })
})

it('nothing of what a store keeps to itself is printed', (t) => {
  const { store } = open(t, { crypto: { secret: 'a secret squirrel' } })
  assert.doesNotMatch(inspect(store, { depth: 9 }), /secret squirrel/)
})

eachStyle(({ style }) => {
  for (const [method, ...args] of [['set', 'a'], ['touch', 'a'], ['get'], ['destroy'], ['load']]) {
    it(`${method} tells its callback when an argument before it is missing`, async (t) => {
      const { store } = open(t, {}, style)
      const [error] = await resultsOf(store, method, ...args)
      assert.ok(error instanceof TypeError)
      assert.match(error.message, /session/)
    })
  }
})
