'use strict'

const assert = require('node:assert/strict')
const { AsyncLocalStorage } = require('node:async_hooks')
const { once } = require('node:events')
const { test } = require('node:test')
const { runProgram } = require('../../helpers/child.js')
const {
  FACTORY,
  HOUR,
  MODERN,
  aSession,
  eachStyle,
  recordEvents,
  resultsOf,
  useStores,
} = require('../../helpers/stores.js')
const { within } = require('../../helpers/wait.js')

const server = useStores()
const NAMES = ['create', 'update', 'set', 'get', 'touch', 'all', 'destroy', 'clear', 'error', 'connect', 'disconnect']

eachStyle(({ style, isFactory }) => {
  const missing = isFactory ? [] : [['get', 'nobody']]

  test('every operation emits its events with the id, before it answers', async (t) => {
    const { store } = server.open(t, { transformId: (sid) => `hidden-${sid}` }, style)
    const events = recordEvents(store, NAMES)
    const session = aSession({ a: 1 })
    const emittedBy = async (method, ...args) => {
      events.length = 0
      await new Promise((resolve) => {
        store[method](...args, () => {
          events.push('answer')
          resolve()
        })
      })
      assert.equal(events.pop(), 'answer')
      return [...events]
    }
    assert.deepEqual(await emittedBy('set', 's', session), [
      ['create', 's'],
      ['set', 's'],
    ])
    assert.deepEqual(await emittedBy('set', 's', session), [
      ['update', 's'],
      ['set', 's'],
    ])
    assert.deepEqual(await emittedBy('get', 's'), [['get', 's']])
    assert.deepEqual(await emittedBy('get', 'nobody'), missing)
    assert.deepEqual(await emittedBy('touch', 's', session), [['touch', 's', session]])
    assert.deepEqual(await emittedBy('touch', 'nobody', session), isFactory ? [['touch', 'nobody', session]] : [])
    assert.deepEqual(await emittedBy('all'), [['all', [JSON.parse(JSON.stringify(session))]]])
    assert.deepEqual(await emittedBy('destroy', 's'), [['destroy', 's']])
    assert.deepEqual(await emittedBy('destroy', 'nobody'), [['destroy', 'nobody']])
    assert.deepEqual(await emittedBy('length'), [])
    assert.deepEqual(await emittedBy('clear'), [])
  })

  test('a touch that touchAfter skips, and one after a logout, emit no event', async (t) => {
    const { store } = server.open(t, { touchAfter: 60 }, style)
    await store.set('s', aSession())
    const events = recordEvents(store, ['touch'])
    await store.touch('s', await store.get('s'))
    assert.deepEqual(events, [])
  })

  test('an operation that fails emits no event', async (t) => {
    const { store } = server.open(t, {}, style)
    const events = recordEvents(store, NAMES)
    await store.close()
    for (const [method, ...args] of [
      ['set', 's', {}],
      ['get', 's'],
      ['touch', 's', {}],
      ['destroy', 's'],
      ['all'],
      ['clear'],
    ]) {
      assert.ok((await resultsOf(store, method, ...args))[0] instanceof Error)
    }
    assert.deepEqual(events, [])
  })

  test('a listener that is added right after the call still gets its event', async (t) => {
    const { store } = server.open(t, {}, style)
    const set = store.set('s', {})
    assert.deepEqual(await once(store, 'set'), ['s'])
    await set
  })

  test('when a new id is set many times at once, one call creates it and the others update it', async (t) => {
    const { store } = server.open(t, {}, style)
    const events = recordEvents(store, ['create', 'update', 'set'])
    await Promise.all(Array.from({ length: 5 }, () => store.set('s', {})))
    assert.deepEqual(events.map(([name]) => name).sort(), [
      'create',
      'set',
      'set',
      'set',
      'set',
      'set',
      'update',
      'update',
      'update',
      'update',
    ])
  })

  test('set of a session that has expired but is still there updates it', async (t) => {
    const { store, collection } = server.open(t, {}, style)
    await collection.insertOne({ _id: 's', session: '{}', expires: new Date(Date.now() - HOUR) })
    const events = recordEvents(store, ['create', 'update'])
    await store.set('s', {})
    assert.deepEqual(events, [['update', 's']])
  })

  test('listeners run in the asynchronous context of the call', async (t) => {
    const { store } = server.open(t, {}, style)
    const context = new AsyncLocalStorage()
    const heard = []
    for (const name of ['create', 'set', 'get', 'touch', 'all', 'destroy'])
      store.on(name, () => heard.push([name, context.getStore()]))
    // The calls run concurrently, so their contexts could be confused.
    await Promise.all(
      ['one', 'two'].map((name) =>
        context.run(name, async () => {
          await store.set(name, aSession())
          await store.get(name)
          await store.touch(name, aSession())
          await store.all()
          await store.destroy(name)
        }),
      ),
    )
    for (const name of ['one', 'two']) {
      assert.deepEqual(
        heard.filter(([, from]) => from === name).map(([event]) => event),
        ['create', 'set', 'get', 'touch', 'all', 'destroy'],
      )
    }
    assert.equal(heard.length, 12)
  })

  test('a listener that throws is an uncaught exception, and no error of the operation', async (t) => {
    const { mongoUrl, collection } = server.open(t, {}, style)
    const { code, lines, stderr } = await runProgram(
      async ({ where, isFactoryStyle }) => {
        const MongoStore = require('connect-mongo-native')
        const Store = isFactoryStyle ? MongoStore(require('express-session')) : MongoStore
        const store = new Store({ ...where, autoRemove: 'disabled' })
        const uncaught = []
        process.on('uncaughtException', ({ message }) => uncaught.push(message))
        process.on('unhandledRejection', () => console.log('an unhandled rejection'))
        const calls = {
          create: ['set', 's', { cookie: {} }],
          update: ['set', 's', { cookie: {} }],
          set: ['set', 't', {}],
          get: ['get', 's'],
          touch: ['touch', 's', { cookie: {} }],
          all: ['all'],
          destroy: ['destroy', 's'],
        }
        for (const [event, [method, ...args]] of Object.entries(calls)) {
          const listener = () => {
            throw new Error(`of ${event}`)
          }
          for (const call of [
            () =>
              new Promise((resolve, reject) => store[method](...args, (error) => (error ? reject(error) : resolve()))),
            () => store[method](...args),
          ]) {
            if (event === 'create') await store.destroy('s')
            store.on(event, listener)
            await call()
            store.off(event, listener)
          }
        }
        await store.close()
        setImmediate(() => console.log(JSON.stringify(uncaught)))
      },
      {
        where: { [style.ofUrl]: mongoUrl, [style.collectionOption]: collection.collectionName },
        isFactoryStyle: isFactory,
      },
    )
    assert.equal(code, 0, stderr)
    const events = ['create', 'update', 'set', 'get', 'touch', 'all', 'destroy']
    assert.deepEqual(
      lines.map((line) => JSON.parse(line)),
      [events.flatMap((event) => [`of ${event}`, `of ${event}`])],
    )
  })
})

test('a touch of a session that vanished during the request emits no event', async (t) => {
  const { store } = server.open(t, {}, MODERN)
  const events = recordEvents(store, ['touch'])
  await store.touch('s', store.createSession({ sessionID: 's', sessionStore: store }, aSession()))
  assert.deepEqual(events, [])
})

test('a store of the factory goes from init through connecting to connected, and has its database then', async (t) => {
  const states = []
  class Watched extends FACTORY.Store {
    emit(event, ...args) {
      states.push([event, this.state])
      return super.emit(event, ...args)
    }
  }
  const { mongoUrl, dbName } = server.place()
  const store = new Watched({ url: mongoUrl, autoRemove: 'disabled' })
  t.after(() => store.close())
  assert.deepEqual(states, [
    ['init', 'init'],
    ['connecting', 'connecting'],
  ])
  assert.equal(store.state, 'connecting')
  const that = await new Promise((resolve) => {
    store.on('connected', function () {
      resolve(this)
    })
  })
  assert.equal(that, store)
  assert.equal(store.state, 'connected')
  assert.equal(store.db.databaseName, dbName)
  assert.equal(store.collection.collectionName, 'sessions')
  assert.deepEqual(states.at(-1), ['connected', 'connected'])
})

test('a store of the factory is disconnected when it cannot connect', async (t) => {
  const { store } = server.open(t, { url: 'nope' }, FACTORY)
  await within('the event', once(store, 'disconnected'))
  assert.equal(store.state, 'disconnected')
})

test('a store of MongoStore.create has no states, and emits none', async (t) => {
  const { store } = server.open(t, {}, MODERN)
  const events = recordEvents(store, ['init', 'connecting', 'connected', 'disconnected'])
  await store.get('s')
  await store.collectionP
  await store.close()
  assert.deepEqual(events, [])
  assert.equal(store.state, undefined)
})
