'use strict'

// `require('connect-mongo')(host)`: compares how the genuine factories and ours handle every kind of host.

const assert = require('node:assert/strict')
const { describe, it } = require('node:test')
const express4 = require('express-4')
const express5 = require('express')
const session = require('express-session')
const connectMongo1 = require('connect-mongo-1')
const connectMongo3 = require('connect-mongo-3')
const connectMongo5 = require('connect-mongo-5')
const connectMongo6 = require('connect-mongo-6')
const MongoStore = require('../../index.js')

const FACTORIES = { 3: connectMongo3, 1: connectMongo1 }
const never = () => new Promise(() => {})

class OtherStore extends session.Store {}

/** Hosts without a Store. Our factory throws the error of the genuine one, and may append a hint to its message. */
const WITHOUT_STORE = {
  undefined,
  null: null,
  'an empty object': {},
  'a function': () => {},
  'an empty session': { session: {} },
  'a number': 5,
  text: 'express-session',
  'express 4': express4,
  'an application of express 4': express4(),
  'express 5': express5,
  'an application of express 5': express5(),
}

/** Hosts with a Store, and the Store that the factory must find. */
const WITH_STORE = {
  'express-session': [session, session.Store],
  'a host with a Store': [{ Store: OtherStore, MemoryStore: session.MemoryStore }, OtherStore],
  'a host with a session': [{ session }, session.Store],
  'a function with a session': [Object.assign(() => {}, { session }), session.Store],
  'a host with both': [{ Store: OtherStore, session }, OtherStore],
}

function thrownBy(call) {
  try {
    call()
  } catch (error) {
    return error
  }
  return assert.fail('nothing was thrown')
}

for (const [release, genuine] of Object.entries(FACTORIES)) {
  describe(`the factory of connect-mongo ${release} and ours`, () => {
    for (const [name, host] of Object.entries(WITHOUT_STORE)) {
      // Known difference: for an empty session, the genuine factory returns a class, which fails later.
      const genuineAccepts = name === 'an empty session'
      it(`fail alike for ${name}`, () => {
        const expected = genuineAccepts
          ? new TypeError('Class extends value undefined is not a constructor or null')
          : thrownBy(() => genuine(host))
        if (genuineAccepts) assert.deepEqual(thrownBy(() => genuine(host)).message, expected.message)
        const actual = thrownBy(() => MongoStore(host))
        assert.equal(actual.name, expected.name)
        if (genuineAccepts) assert.match(actual.message, /pass express-session/)
        else
          assert(actual.message.startsWith(expected.message), `"${actual.message}" begins with "${expected.message}"`)
      })
    }

    for (const [name, [host, Store]] of Object.entries(WITH_STORE)) {
      it(`derive from the Store of ${name}`, () => {
        const option = release === '1' ? 'dbPromise' : 'clientPromise'
        for (const factory of [genuine, MongoStore, MongoStore.default, MongoStore.MongoStore]) {
          const Made = factory(host)
          assert.equal(Object.getPrototypeOf(Made), Store)
          assert(new Made({ [option]: never() }) instanceof Store)
          assert.notEqual(factory(host), Made, 'each call makes a class')
        }
      })
    }

    it('give a MemoryStore for fallbackMemory, without a connection', () => {
      for (const factory of [genuine, MongoStore]) {
        assert(new (factory(session))({ fallbackMemory: true }) instanceof session.MemoryStore)
      }
    })

    it('ignore fallbackMemory where the host has no MemoryStore', () => {
      for (const factory of [genuine, MongoStore]) {
        const host = { Store: session.Store, session: {} }
        assert.throws(() => new (factory(host))({ fallbackMemory: true }), { message: 'Connection strategy not found' })
      }
    })

    it('read no getter of a host but those that they need', () => {
      for (const factory of [genuine, MongoStore]) {
        const host = { Store: session.Store, MemoryStore: session.MemoryStore }
        Object.defineProperty(host, 'bodyParser', { enumerable: true, get: () => assert.fail('bodyParser was read') })
        factory(host)
      }
    })

    it('make classes that need new', () => {
      for (const factory of [genuine, MongoStore]) {
        const Made = factory(session)
        assert.throws(() => Made({}), {
          name: 'TypeError',
          message: /^Class constructor MongoStore cannot be invoked without 'new'/,
        })
      }
    })
  })
}

describe('the class of connect-mongo 5 and 6 and ours', () => {
  const CLASSES = { 5: connectMongo5, 6: connectMongo6.MongoStore, ours: MongoStore }

  for (const [name, Store] of Object.entries(CLASSES)) {
    it(`${name} needs new for options`, () => {
      const options = { mongoUrl: 'mongodb://127.0.0.1/none' }
      assert.throws(() => Store(options), {
        name: 'TypeError',
        message: /^Class constructor MongoStore cannot be invoked without 'new'/,
      })
    })

    it(`${name} can be extended`, () => {
      class Sub extends Store {}
      const store = new Sub({ clientPromise: never() })
      assert(store instanceof Sub && store instanceof Store && store instanceof session.Store)
    })
  }

  it('known difference: without new and options, ours is the factory and says what it needs', () => {
    for (const Store of [connectMongo5, connectMongo6.MongoStore]) {
      assert.throws(() => Store(), { message: "Class constructor MongoStore cannot be invoked without 'new'" })
    }
    assert.throws(() => MongoStore(), {
      name: 'TypeError',
      message: /^Cannot read properties of undefined .*pass express-session/,
    })
  })

  it('the names that require gives, of which ours are on the class', () => {
    assert.deepEqual(Object.keys(connectMongo6).sort(), [
      'MongoStore',
      'createKrupteinAdapter',
      'createWebCryptoAdapter',
      'default',
    ])
    assert.deepEqual(Object.keys(connectMongo5), [])
    assert.equal(MongoStore.default, MongoStore)
    assert.equal(MongoStore.MongoStore, MongoStore)
    assert.equal(typeof MongoStore.createKrupteinAdapter, 'function')
    assert.equal(typeof MongoStore.createWebCryptoAdapter, 'function')
  })
})
