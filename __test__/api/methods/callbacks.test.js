'use strict'

// The callback of every method.

const assert = require('node:assert/strict')
const { AsyncLocalStorage } = require('node:async_hooks')
const { test } = require('node:test')
const { runProgram } = require('../../helpers/child.js')
const { eachStyle, fails, resultsOf, useStores } = require('../../helpers/stores.js')

const server = useStores()

/** A successful call of every method, in a valid order. */
const CALLS = [
  ['set', 's', { cookie: {}, a: 1 }],
  ['get', 's'],
  ['get', 'nobody'],
  ['touch', 's', { cookie: {} }],
  ['all'],
  ['length'],
  ['load', 's'],
  ['destroy', 's'],
  ['clear'],
]
/** Calls that fail before anything is sent. */
const FAILING = [
  ['set', undefined, {}],
  ['set', 's', { a: 5n }],
  ['get', null],
  ['touch', 's', null],
  ['destroy', ''],
  ['load', 5],
]

eachStyle(({ style, isFactory }) => {
  test('every method returns before its callback is called, and calls it once', async (t) => {
    const { store } = server.open(t, {}, style)
    for (const call of [...CALLS, ...FAILING]) await resultsOf(store, ...call) // fails if this is not the case
    await resultsOf(store, 'close')
    for (const call of CALLS) await resultsOf(store, ...call)
  })

  test('a callback is called later and once also when hundreds of calls are answered together', async (t) => {
    const { store } = server.open(t, {}, style)
    const calls = Array.from({ length: 100 }, () => [...CALLS.slice(0, -1), ...FAILING]).flat()
    const results = await Promise.all(calls.map((call) => resultsOf(store, ...call)))
    assert.equal(results.length, calls.length)
  })

  test('callbacks run in the asynchronous context of the call', async (t) => {
    const { store } = server.open(t, {}, style)
    const context = new AsyncLocalStorage()
    const calls = [...CALLS, ...FAILING, ['close'], ['get', 's']]
    const contexts = await Promise.all(
      calls.map(
        ([method, ...args], number) =>
          new Promise((resolve) => {
            context.run(number, () => store[method](...args, () => resolve(context.getStore())))
          }),
      ),
    )
    assert.deepEqual(
      contexts,
      calls.map((_, number) => number),
    )
  })

  test('callbacks keep that context when a hook is asynchronous, or the connection is given as a promise', async (t) => {
    const context = new AsyncLocalStorage()
    const opened = server.open(
      t,
      {
        clientPromise: new Promise((resolve) => setImmediate(() => resolve(server.client()))),
        transformId: async (sid) => sid,
        serialize: async (session) => JSON.stringify(session),
        unserialize: async (text) => JSON.parse(text),
      },
      style,
    )
    const calls = CALLS.slice(0, 3)
    const contexts = await Promise.all(
      calls.map(
        ([method, ...args], number) =>
          new Promise((resolve) => {
            context.run(number, () => opened.store[method](...args, () => resolve(context.getStore())))
          }),
      ),
    )
    assert.deepEqual(contexts, [0, 1, 2])
  })

  test('a callback that throws is an uncaught exception, and every other call is answered all the same', async (t) => {
    const { mongoUrl, collection } = server.open(t, {}, style)
    const { code, lines, stderr } = await runProgram(
      async ({ where, isFactoryStyle, calls }) => {
        const MongoStore = require('connect-mongo-native')
        const Store = isFactoryStyle ? MongoStore(require('express-session')) : MongoStore
        const store = new Store({ ...where, autoRemove: 'disabled' })
        const uncaught = []
        process.on('uncaughtException', ({ message }) => uncaught.push(message))
        process.on('unhandledRejection', ({ message }) => console.log(`unhandled rejection: ${message}`))
        let answered = 0
        const bystanders = []
        for (const [number, [method, ...args]] of calls.entries()) {
          store[method](...args, () => {
            throw new Error(`of ${number}`)
          })
          bystanders.push(new Promise((resolve) => store[method](...args, resolve)).then(() => answered++))
          bystanders.push(
            Promise.resolve(store[method](...args))
              .catch(() => {})
              .then(() => answered++),
          )
        }
        await Promise.all(bystanders)
        await store.close()
        await new Promise((resolve) =>
          store.close(() => {
            setImmediate(resolve)
            throw new Error('of close')
          }),
        )
        console.log(JSON.stringify({ answered, uncaught: uncaught.sort() }))
      },
      {
        where: { [style.ofUrl]: mongoUrl, [style.collectionOption]: collection.collectionName },
        isFactoryStyle: isFactory,
        calls: [...CALLS, ['get', null], ['touch', 's', null], ['destroy', '']],
      },
    )
    assert.equal(code, 0, stderr)
    const count = CALLS.length + 3
    const uncaught = [...Array.from({ length: count }, (_, number) => `of ${number}`), 'of close'].sort()
    assert.deepEqual(
      lines.map((line) => JSON.parse(line)),
      [{ answered: count * 2, uncaught }],
    )
  })

  test('a callback that throws ends a process that does not handle it', async (t) => {
    const { mongoUrl, collection } = server.open(t, {}, style)
    const { code, stderr } = await runProgram(
      ({ where, isFactoryStyle }) => {
        const MongoStore = require('connect-mongo-native')
        const Store = isFactoryStyle ? MongoStore(require('express-session')) : MongoStore
        new Store({ ...where, autoRemove: 'disabled' }).get('s', () => {
          throw new Error('of the callback')
        })
      },
      {
        where: { [style.ofUrl]: mongoUrl, [style.collectionOption]: collection.collectionName },
        isFactoryStyle: isFactory,
      },
    )
    assert.notEqual(code, 0)
    assert.match(stderr, /of the callback/)
  })

  test('a rejected promise that nobody looks at is not an unhandled rejection', async (t) => {
    const { mongoUrl, collection } = server.open(t, {}, style)
    const { code, lines, stderr } = await runProgram(
      async ({ where, isFactoryStyle }) => {
        const MongoStore = require('connect-mongo-native')
        const Store = isFactoryStyle ? MongoStore(require('express-session')) : MongoStore
        const store = new Store({ ...where, autoRemove: 'disabled' })
        store.set('s', { a: 5n })
        store.get(null)
        store.destroy(null, () => {})
        store.touch('s')
        store.load(5)
        await store.close()
        store.all()
        setImmediate(() => console.log('still here'))
      },
      {
        where: { [style.ofUrl]: mongoUrl, [style.collectionOption]: collection.collectionName },
        isFactoryStyle: isFactory,
      },
    )
    assert.equal(code, 0, stderr)
    assert.deepEqual(lines, ['still here'])
  })

  test('the error of the server reaches the callback, with its name and code', async (t) => {
    // A view accepts no writes, and this one can't be read, either.
    const { db } = server.place()
    await db.collection('source').insertOne({ _id: 's', session: '{}', one: 1, zero: 0 })
    const { store, collection } = server.open(t, { [style.ofUrl]: server.place(db.databaseName).mongoUrl }, style)
    const pipeline = [{ $match: { $expr: { $gt: [{ $divide: ['$one', '$zero'] }, 0] } } }]
    await db.createCollection(collection.collectionName, { viewOn: 'source', pipeline })

    const calls = [['get', 's'], ['all'], ['length'], ['set', 's', {}], ['touch', 's', {}], ['destroy', 's'], ['clear']]
    for (const [method, ...args] of calls) {
      await t.test(method, async () => {
        const error = await fails(store, method, args, { name: 'MongoServerError' })
        assert.equal(typeof error.code, 'number')
        assert.ok(Array.isArray(error.errorLabels))
      })
    }
    assert.equal(await db.collection('source').countDocuments(), 1)
  })
})
