'use strict'

// The most likely mistakes, and the message that each one gets. The sentence of the genuine package stays in it, since
// the tests of applications look for it.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const session = require('express-session')
const MongoStore = require('connect-mongo-native')
const { MODERN, eachStyle, useStores } = require('../helpers/stores.js')
const { warningsOf } = require('../helpers/warnings.js')

const server = useStores()

/** Names that people give to a connection string. */
const NAMES = ['mongoURL', 'mongoUri', 'MONGO_URL', 'uri', 'connectionString', 'databaseUrl', 'mongodb_uri']

const messageOf = (act) => {
  try {
    act()
  } catch (error) {
    return error.message
  }
  return assert.fail('nothing was thrown')
}

eachStyle(({ style, isFactory }) => {
  const { Store, ofUrl } = style
  const genuine = isFactory
    ? /^Connection strategy not found/
    : /You must provide either mongoUrl\|clientPromise\|client/

  test('another name for the connection string is told, with the right one', () => {
    for (const name of NAMES) {
      const message = messageOf(() => new Store({ [name]: 'mongodb://alice:hunter2@host/' }))
      assert.match(message, genuine)
      assert(message.endsWith(`The option ${name} is unknown: did you mean ${ofUrl}?`), message)
    }
  })

  test('a connection without a value is told by its name', () => {
    for (const [value, told] of [
      [undefined, 'undefined'],
      [null, 'null'],
      ['', 'an empty string'],
    ]) {
      for (const name of [ofUrl, 'client', 'clientPromise']) {
        const message = messageOf(() => new Store({ [name]: value }))
        assert.match(message, genuine)
        assert(message.endsWith(`The option ${name} is ${told}`), message)
      }
    }
  })

  test('a connection string in the place of the options is told, without quoting it', () => {
    const message = messageOf(() => new Store('mongodb://alice:hunter2@host/'))
    assert(message.endsWith(`must be an object, not a string: give the connection string as { ${ofUrl} }`), message)
  })

  test('the mongoose module in the place of a connection is told', async () => {
    const { messages } = await warningsOf(
      async ({ factory }) => {
        const native = require('connect-mongo-native')
        const Class = factory ? native(require('express-session')) : native
        await new Class({ mongooseConnection: require('mongoose-9') }).close()
      },
      { factory: isFactory },
    )
    assert.match(messages.join(), /The mongoose module was passed as a connection/)
  })

  test('a promise as client connects, as in connect-mongo 4 to 6', async (t) => {
    const { store } = server.open(t, { client: Promise.resolve(server.client()) }, style)
    await store.set('s', { a: 1 })
    assert.deepEqual(await store.get('s'), { a: 1 })
  })

  test('a class in the place of a store is told by session(), with the words of Node', () => {
    for (const store of isFactory ? [Store] : [Store, Store.create]) {
      assert.match(
        messageOf(() => session({ secret: 's', resave: false, saveUninitialized: false, store })),
        isFactory
          ? /^store\.on is not a function: .* new MongoStore\(/
          : /^store\.on is not a function: .* MongoStore\.create\(/,
      )
    }
  })

  test('a value that is not a number or an object is told by the name of its option, whatever it is', () => {
    const connection = { [ofUrl]: 'mongodb://127.0.0.1' }
    for (const value of [Symbol('s'), Object.create(null), () => 5]) {
      assert.match(
        messageOf(() => new Store({ ...connection, autoRemoveInterval: value })),
        /^The option autoRemoveInterval must be a finite number/,
      )
    }
    assert.match(
      messageOf(() => new Store({ ...connection, advancedOptions: 'poolSize=5' })),
      /^The option advancedOptions must be an object/,
    )
  })

  test('a negative number is refused where it would lose sessions', () => {
    for (const [name, unit] of [
      ['ttl', 'seconds'],
      ['autoRemoveInterval', 'minutes'],
      ...(isFactory ? [['defaultExpirationTime', 'milliseconds']] : []),
    ]) {
      assert.equal(
        messageOf(() => new Store({ [ofUrl]: 'mongodb://127.0.0.1', [name]: -5 })),
        `The option ${name} must be at least 0 ${unit}`,
      )
    }
  })
})

test('the export called without new says how a store is made', () => {
  for (const given of [
    'mongodb://alice:hunter2@host/',
    { mongoUrl: 'mongodb://host/' },
    { mongoURL: 'mongodb://host/' },
  ]) {
    const message = messageOf(() => MongoStore(given))
    assert.match(message, /^Class constructor MongoStore cannot be invoked without 'new': use MongoStore\.create\(/)
    assert.doesNotMatch(message, /hunter2/)
  }
})

test('a warning says that a promise has an option of its own', async () => {
  const { messages } = await warningsOf(
    async ({ mongoUrl }) => {
      const { MongoClient } = require('mongodb')
      const client = new MongoClient(mongoUrl)
      const store = require('connect-mongo-native').create({ client: Promise.resolve(client), autoRemove: 'disabled' })
      await store.length()
      await store.close()
      await client.close()
    },
    { mongoUrl: server.place().mongoUrl },
  )
  assert.deepEqual(messages, ['The option client is a promise. Use clientPromise instead'])
})

test('warnings with changing text are not remembered for ever', async () => {
  const { lines } = await warningsOf(() => {
    const { warnOnce } = require('./lib/common/warn.js')
    const seen = []
    process.on('warning', ({ message }) => seen.push(message))
    for (let n = 0; n < 5000; n++) warnOnce(`reason ${n}`, 'MONGO_STORE_CONNECTION')
    warnOnce('reason 4999', 'MONGO_STORE_CONNECTION')
    warnOnce('reason 0', 'MONGO_STORE_CONNECTION')
    setImmediate(() => console.log(seen.length, seen.at(-1)))
  })
  assert.deepEqual(lines, ['5001 reason 0'])
})

test('an interval beyond the longest timer of Node is as long as that, and not a millisecond', async (t) => {
  const { store } = server.open(t, { autoRemove: 'interval', autoRemoveInterval: 71_582 }, MODERN)
  assert.equal(store.options.autoRemoveInterval, 71_582)
  await store.length()
  assert.equal(store.timer._idleTimeout, 2 ** 31 - 1)
})

test('a hook has time to answer, however long timeoutMS is', async (t) => {
  const later = (sid) => new Promise((resolve) => setTimeout(resolve, 50, sid))
  const { store } = server.open(t, { transformId: later, mongoOptions: { timeoutMS: 2 ** 32 } }, MODERN)
  await store.set('s', { a: 1 })
  assert.deepEqual(await store.get('s'), { a: 1 })
})
