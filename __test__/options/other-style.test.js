'use strict'

// Options that belong to the other style of connect-mongo: they have no effect, and a process warning names what has. The
// comparison with the genuine packages is in compatibility/every-option.test.js.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { FACTORY, MODERN, useStores } = require('../helpers/stores.js')
const { warningsOfStores } = require('../helpers/warnings.js')

const server = useStores()

/** By style: an option of the other one, and the one that the warning names. */
const FOREIGN = [
  [
    MODERN,
    {
      collection: ['people', /collectionName$/],
      secret: ['hunter2', /crypto: \{ secret \}$/],
      hash: [true, /transformId$/],
      defaultExpirationTime: [5, /ttl, in seconds$/],
      fallbackMemory: [true, /$/],
    },
  ],
  [
    FACTORY,
    {
      collectionName: ['people', /collection$/],
      crypto: [{ secret: 'hunter2' }, /secret$/],
      timestamps: [true, /$/],
      createAutoRemoveIdx: [true, /autoRemove$/],
    },
  ],
]

for (const [style, options] of FOREIGN) {
  for (const [name, [value, named]] of Object.entries(options)) {
    test(`${style.name}: a warning says that ${name} has no effect, and names the option that has`, async () => {
      const given = { [style.ofUrl]: server.place().mongoUrl, autoRemove: 'disabled', [name]: value }
      const warnings = await warningsOfStores(style, given, given)
      assert.deepEqual(
        warnings.map(({ code }) => code),
        ['MONGO_STORE_OPTION'],
      )
      const [{ message }] = warnings
      assert(message.startsWith(`The option ${name} has no effect in `), message)
      assert.match(message, named)
      assert.doesNotMatch(message, /hunter2/)
    })
  }

  test(`${style.name}: a false value of such an option asks for nothing, and causes no warning`, async () => {
    const names = Object.keys(options).filter((name) =>
      ['secret', 'hash', 'timestamps', 'fallbackMemory'].includes(name),
    )
    const others = Object.fromEntries(names.map((name) => [name, false]))
    const given = { [style.ofUrl]: server.place().mongoUrl, autoRemove: 'disabled', ...others }
    assert.deepEqual(await warningsOfStores(style, given), [])
  })

  test(`${style.name}: the connection string of the other style connects when it is the only connection`, async (t) => {
    const { mongoUrl } = server.place()
    const store = new style.Store({ [style === MODERN ? 'url' : 'mongoUrl']: mongoUrl, autoRemove: 'disabled' })
    t.after(() => store.close())
    await store.set('s', { a: 1 })
    assert.deepEqual(await store.get('s'), { a: 1 })
  })

  test(`${style.name}: a warning says which of two connections counts`, async () => {
    const { mongoUrl } = server.place()
    const warnings = await warningsOfStores(style, { url: mongoUrl, mongoUrl, autoRemove: 'disabled' })
    assert.deepEqual(
      warnings.map(({ message }) => message),
      [
        style === MODERN
          ? 'The option url has no effect beside mongoUrl'
          : 'The option mongoUrl has no effect beside url',
      ],
    )
  })

  test(`${style.name}: the name of a database as db is ignored beside a connection, with a warning`, async () => {
    const { mongoUrl } = server.place()
    const [{ message }, ...others] = await warningsOfStores(style, { [style.ofUrl]: mongoUrl, db: 'name', host: 'h' })
    assert.equal(others.length, 0)
    assert.match(message, /^The options host, db have no effect beside (mongoU|u)rl\. .* dbName$/)
  })
}
