'use strict'

// Options that are unknown, or have an invalid value.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { eachStyle, useStores } = require('../helpers/stores.js')
const { warningsOfStores } = require('../helpers/warnings.js')

const server = useStores()

/** Values of a wrong type for each option. All of them would be secret. */
const MISTYPED = {
  mongoUrl: [5, { hunter2: 1 }, ['hunter2']],
  url: [5, { hunter2: 1 }],
  mongoOptions: ['hunter2', 5, true],
  dbName: [5, { hunter2: 1 }, true],
  collectionName: [5, { hunter2: 1 }, true],
  collection: [5, { hunter2: 1 }, ['hunter2']],
  client: ['hunter2', 5],
  clientPromise: ['hunter2', 5],
  db: [5, true],
  dbPromise: ['hunter2', 5],
  mongooseConnection: ['hunter2', 5],
  ttl: ['hunter2', {}, ' '],
  touchAfter: ['hunter2', {}, ' '],
  autoRemove: [5, { hunter2: 1 }, true],
  autoRemoveInterval: ['hunter2', {}, ' '],
  serialize: ['hunter2', {}],
  unserialize: ['hunter2', {}],
  transformId: ['hunter2', {}],
  timestamps: ['hunter2', 5, {}],
  writeOperationOptions: ['hunter2', 5, true],
}

/** Options that belong to the other style, and so are ignored, whatever their value. */
const foreign = (isFactory) => (isFactory ? ['collectionName', 'timestamps'] : ['collection'])

eachStyle(({ style, isFactory }) => {
  test('an option of a wrong type is refused by its name, and the message does not quote it', (t) => {
    for (const [name, values] of Object.entries(MISTYPED)) {
      if (foreign(isFactory).includes(name)) continue
      for (const value of values) {
        assert.throws(
          () => server.open(t, { [name]: value }, style),
          (error) => {
            assert.equal(error.name, 'TypeError', `${name}: ${error.message}`)
            assert.match(error.message, new RegExp(`The option ${name} must be`))
            assert.doesNotMatch(error.message, /hunter2/)
            return true
          },
        )
      }
    }
  })

  test('an option that is undefined or null counts as absent', async (t) => {
    // If null has a meaning, the option's own test covers it. The helper here sets the others.
    const others = new Set([style.ofUrl, style.collectionOption, 'ttl', 'autoRemove', 'dbName'])
    const names = Object.keys(MISTYPED).filter((name) => !others.has(name))
    for (const nothing of [undefined, null]) {
      const { store } = server.open(t, Object.fromEntries(names.map((name) => [name, nothing])), style)
      await store.set('s', { a: 1 })
      assert.deepEqual(await store.get('s'), { a: 1 })
    }
  })

  test('an unknown option is kept in the options of the store, and has no effect', async (t) => {
    const { store } = server.open(t, { flavour: 'sweet' }, style)
    assert.equal(store.options.flavour, 'sweet')
    await store.set('s', { a: 1 })
    assert.deepEqual(await store.get('s'), { a: 1 })
  })

  test('a process warning names an unknown option once, and the option that may be meant', async () => {
    const base = { [style.ofUrl]: server.place().mongoUrl, autoRemove: 'disabled' }
    const misspelt = {
      colectionName: 'x',
      touchafter: 5,
      autoremove: 'native',
      serialise: 1,
      mongoURL: 'x',
      TTL: 5,
      flavour: 'sweet',
    }
    const warnings = await warningsOfStores(style, { ...base, ...misspelt }, { ...base, ...misspelt })
    assert.ok(warnings.every(({ code }) => code === 'MONGO_STORE_OPTION'))
    assert.deepEqual(
      warnings.map(({ message }) => message),
      [
        'The option "colectionName" is unknown: did you mean "collectionName"?',
        'The option "touchafter" is unknown: did you mean "touchAfter"?',
        'The option "autoremove" is unknown: did you mean "autoRemove"?',
        'The option "serialise" is unknown: did you mean "serialize"?',
        'The option "mongoURL" is unknown: did you mean "mongoUrl"?',
        'The option "TTL" is unknown: did you mean "ttl"?',
        'The option "flavour" is unknown and has no effect',
      ],
    )
  })

  test('known options cause no warning', async () => {
    const options = {
      [style.ofUrl]: server.place().mongoUrl,
      [style.collectionOption]: 'x',
      ttl: 60,
      touchAfter: 5,
      autoRemove: 'native',
      autoRemoveInterval: 5,
      stringify: true,
      timestamps: !isFactory,
      writeOperationOptions: { w: 1 },
      fallbackMemory: false,
    }
    assert.deepEqual(await warningsOfStores(style, options), [])
  })

  test('beside a connection string its parts as options have no effect, and a process warning says so without quoting them', async () => {
    const options = {
      [style.ofUrl]: server.place().mongoUrl,
      autoRemove: 'disabled',
      host: 'h',
      port: 1,
      password: 'hunter2',
      autoReconnect: true,
    }
    const warnings = await warningsOfStores(style, options)
    assert.equal(warnings.length, 1)
    assert.equal(warnings[0].code, 'MONGO_STORE_OPTION')
    assert.match(warnings[0].message, /host, port, password, autoReconnect have no effect beside/)
    assert.doesNotMatch(warnings[0].message, /hunter2/)
  })

  test('the options of the application are left as they are', async (t) => {
    const options = Object.freeze({ flavour: 'sweet', stringify: undefined, mongoOptions: Object.freeze({}) })
    const given = Object.freeze({ ...options, [style.ofUrl]: server.place().mongoUrl })
    const store = new style.Store(given)
    t.after(() => store.close())
    await store.set('s', { a: 1 })
    assert.deepEqual(given, { ...options, [style.ofUrl]: given[style.ofUrl] })
  })
})
