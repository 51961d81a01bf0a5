'use strict'

// `MongoStore(host)` with hosts that have a session store and hosts that have none; `new MongoStore` and `create`.

const assert = require('node:assert/strict')
const { describe, it } = require('node:test')
const session = require('express-session')
const MongoStore = require('connect-mongo-native')
const { useServer } = require('../helpers/server.js')

const server = useServer()

/** Connect 2 and Express 3: a function with getters that load its parts on first use. */
function lazyHost() {
  const loaded = []
  const host = () => {}
  for (const [name, value] of Object.entries({ session, bodyParser: {}, static: {} })) {
    Object.defineProperty(host, name, {
      configurable: true,
      enumerable: true,
      get() {
        loaded.push(name)
        return value
      },
    })
  }
  return { host, loaded }
}

async function works(Store, Base) {
  const store = new Store({ url: server.url(server.freshDb()) })
  try {
    assert(store instanceof Base)
    assert(store instanceof Store)
    await store.set('sid', { cookie: {}, user: 'Ada' })
    assert.equal((await store.get('sid')).user, 'Ada')
  } finally {
    await store.close()
  }
}

describe('MongoStore(host)', () => {
  it('takes express-session', () => works(MongoStore(session), session.Store))

  it('is reached as default and MongoStore, too', async () => {
    await works(MongoStore.default(session), session.Store)
    await works(MongoStore.MongoStore(session), session.Store)
  })

  it('takes a function with a lazy session, and loads nothing else of it', async () => {
    const { host, loaded } = lazyHost()
    await works(MongoStore(host), session.Store)
    assert.deepEqual([...new Set(loaded)], ['session'])
  })

  it('takes an object with a session', () => works(MongoStore({ session }), session.Store))

  it('does not look at session where there is a Store', async () => {
    class Store extends session.Store {}
    const host = { Store, MemoryStore: session.MemoryStore }
    Object.defineProperty(host, 'session', { get: () => assert.fail('session was read') })
    await works(MongoStore(host), Store)
  })

  it('makes a new class by each call', () => {
    assert.notEqual(MongoStore(session), MongoStore(session))
    assert.equal(MongoStore(session).length, 1)
  })

  it('passes on what the getter of Express 4 throws', () => {
    assert.throws(
      () => MongoStore(require('express-4')),
      /Most middleware \(like session\) is no longer bundled with Express/,
    )
  })

  for (const [name, host, text] of [
    ['Express 5', require('express'), 'undefined'],
    ['an empty object', {}, 'undefined'],
    ['a bare function', () => {}, 'undefined'],
    ['nothing', undefined, 'undefined'],
    ['null', null, 'null'],
    ['a number', 5, 'undefined'],
    ['a string', 'express', 'undefined'],
  ]) {
    it(`refuses ${name}, and says what to pass`, () => {
      assert.throws(
        () => MongoStore(host),
        (error) => {
          assert(error instanceof TypeError)
          assert(error.message.startsWith(`Cannot read properties of ${text} (reading 'Store')`), error.message)
          assert.match(error.message, /express-session/)
          return true
        },
      )
    })
  }

  it('refuses options, which need new', () => {
    assert.throws(() => MongoStore({ mongoUrl: 'mongodb://127.0.0.1' }), {
      name: 'TypeError',
      message: /^Class constructor MongoStore cannot be invoked without 'new': use MongoStore\.create/,
    })
  })

  it("gives the host's MemoryStore where fallbackMemory asks for it", () => {
    const Store = MongoStore(session)
    assert(new Store({ fallbackMemory: true }) instanceof session.MemoryStore)
    assert(new (MongoStore(lazyHost().host))({ fallbackMemory: true }) instanceof session.MemoryStore)
  })
})

describe('new MongoStore(options) and MongoStore.create(options)', () => {
  for (const [name, make] of Object.entries({
    new: (options) => new MongoStore(options),
    create: (options) => MongoStore.create(options),
    'a create taken out of it': (
      (create) => (options) =>
        create(options)
    )(MongoStore.create),
    'default.create': (options) => MongoStore.default.create(options),
    'MongoStore.create': (options) => MongoStore.MongoStore.create(options),
  })) {
    it(`${name} makes a store of the installed express-session`, async () => {
      const store = make({ mongoUrl: server.url(server.freshDb()) })
      try {
        assert(store instanceof MongoStore)
        assert(store instanceof session.Store)
        assert.equal(store.constructor, MongoStore)
        await store.set('sid', { cookie: {}, user: 'Ada' })
        assert.equal((await store.get('sid')).user, 'Ada')
      } finally {
        await store.close()
      }
    })

    it(`${name} needs options`, () => {
      assert.throws(() => make(), {
        name: 'TypeError',
        message: /Cannot read properties of undefined \(reading 'collectionName'\)/,
      })
      assert.throws(() => make(null), {
        name: 'TypeError',
        message: /Cannot read properties of null \(reading 'collectionName'\)/,
      })
      assert.throws(() => make({}), /You must provide either mongoUrl\|clientPromise\|client/)
    })
  }
})
