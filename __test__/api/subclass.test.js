'use strict'

// Stores that applications extend, patch and decorate.

const assert = require('node:assert/strict')
const { EventEmitter } = require('node:events')
const { describe, it } = require('node:test')
const { STYLES } = require('../helpers/styles.js')
const { useServer } = require('../helpers/server.js')

const server = useServer()

for (const { name, Store, ofUrl } of STYLES) {
  describe(`${name}:`, () => {
    /** A store on a fresh database, closed after the test. */
    function open(t, Class) {
      const database = server.freshDb()
      const store = new Class({ [ofUrl]: server.url(database) })
      t.after(() => store.close())
      return { store, collection: server.db(database).collection('sessions') }
    }

    it('a subclass overrides computeStorageId', async (t) => {
      class Prefixed extends Store {
        computeStorageId(sid) {
          return `app:${super.computeStorageId(sid)}`
        }
      }
      const { store, collection } = open(t, Prefixed)
      assert(store instanceof Prefixed)
      assert(store instanceof Store)
      assert.equal(store.constructor, Prefixed)
      await store.set('sid', { cookie: {}, user: 'Ada' })
      assert.deepEqual(await collection.distinct('_id'), ['app:sid'])
      assert.equal((await store.get('sid')).user, 'Ada')
      await store.destroy('sid')
      assert.equal(await collection.countDocuments(), 0)
    })

    it('a subclass overrides get and set, and calls the original', async (t) => {
      class Stamped extends Store {
        stamp = 'stamp'

        set(sid, session, callback) {
          return super.set(sid, { ...session, stamp: this.stamp }, callback)
        }

        get(sid, callback) {
          super.get(sid, (error, session) => callback(error, session && { ...session, read: true }))
        }
      }
      const { store } = open(t, Stamped)
      await new Promise((resolve, reject) =>
        store.set('sid', { cookie: {} }, (error) => (error ? reject(error) : resolve())),
      )
      const session = await new Promise((resolve, reject) => {
        store.load('sid', (error, found) => (error ? reject(error) : resolve(found)))
      })
      assert.equal(session.stamp, 'stamp')
      assert.equal(session.read, true)
    })

    it('a subclass has a constructor of its own', async (t) => {
      class Fixed extends Store {
        constructor(options) {
          super({ ...options, ttl: 60 })
          this.own = true
        }
      }
      const { store } = open(t, Fixed)
      assert.equal(store.own, true)
      assert.equal(store.ttl, 60)
    })

    it('a patched method of the prototype is called', async (t) => {
      class Patched extends Store {}
      const { store } = open(t, Patched)
      const calls = []
      for (const method of ['get', 'destroy', 'computeStorageId']) {
        const original = Store.prototype[method]
        Store.prototype[method] = function (...values) {
          calls.push(method)
          return original.apply(this, values)
        }
        t.after(() => {
          Store.prototype[method] = original
        })
      }
      await store.get('sid')
      assert.deepEqual(calls.splice(0), ['get', 'computeStorageId'])
      store.generate = () => {}
      await store.regenerate({ sessionID: 'sid' })
      assert.deepEqual(calls, ['destroy', 'computeStorageId'])
    })

    it('a method of one store can be replaced', async (t) => {
      const { store } = open(t, Store)
      store.get = (_sid, callback) => callback(null, { cookie: {}, mocked: true })
      const session = await store.load('sid')
      assert.equal(session.mocked, true)
      delete store.get
      assert.equal((await store.get('sid')) ?? null, null)
    })

    it('the session middleware can put its generate on it', (t) => {
      const { store } = open(t, Store)
      const generate = () => {}
      store.generate = generate
      store.hash = generate
      assert.equal(store.generate, generate)
      assert(Object.isExtensible(store))
    })

    it('it is an EventEmitter', async (t) => {
      const { store } = open(t, Store)
      assert(store instanceof EventEmitter)
      const heard = []
      store.once('create', (sid) => heard.push(sid))
      await store.set('sid', { cookie: {} })
      await store.set('sid', { cookie: {} })
      assert.deepEqual(heard, ['sid'])
    })

    it('its methods are on the prototype', () => {
      const methods = [
        'all',
        'destroy',
        'clear',
        'length',
        'get',
        'set',
        'touch',
        'close',
        'regenerate',
        'load',
        'createSession',
        'computeStorageId',
      ]
      for (const method of methods) assert.equal(typeof Store.prototype[method], 'function', method)
    })
  })
}
