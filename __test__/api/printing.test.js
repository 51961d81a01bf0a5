'use strict'

// What a store prints of itself has no secrets in it, while its options read as they were given.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { inspect } = require('node:util')
const { MongoClient } = require('mongodb')
const { FACTORY, MODERN, eachStyle } = require('../helpers/stores.js')

const URL = 'mongodb://alice:hunter2@127.0.0.1:9/app?tlsCertificateKeyFilePassword=hunter3'

/** Options with secrets, all of which begin with `hunter`. */
const SECRETS = {
  'a connection string': { mongoUrl: URL, url: URL },
  'a password with signs': {
    mongoUrl: 'mongodb://alice:hunter2@x:y/z@127.0.0.1:9',
    url: 'mongodb://a:hunter2@b@127.0.0.1:9',
  },
  mongoOptions: { mongoOptions: { auth: { username: 'alice', password: 'hunter2' } } },
  'another secret': { secret: 'hunter2', password: 'hunter2', crypto: { secret: 'hunter2 HUNTER 22 !!' } },
  'a list of secrets': { session: { secret: ['hunter2', 'hunter3'] } },
}

const printed = (value) =>
  [
    inspect(value, { depth: Infinity }),
    inspect(value, { depth: Infinity, showHidden: true, getters: true }),
    inspect({ app: { locals: [value] } }, { depth: Infinity }),
    JSON.stringify({ value }),
  ].join('\n')

eachStyle(({ style }) => {
  for (const [name, secrets] of Object.entries(SECRETS)) {
    test(`no secret is printed of ${name}`, (t) => {
      const given = { ...secrets, [style.ofUrl]: secrets[style.ofUrl] ?? 'mongodb://127.0.0.1:9' }
      const store = new style.Store(given)
      t.after(() => store.close())
      assert.doesNotMatch(printed(store), /hunter|HUNTER/)
      assert.match(inspect(store), /^MongoStore \{/)
      assert.match(inspect(store, { depth: 5 }), /collectionName: 'sessions'/)
      assert.equal(store.options[style.ofUrl], given[style.ofUrl])
    })
  }

  test('no secret is printed of a given client', async (t) => {
    const client = new MongoClient(URL.split('?')[0])
    const store = new style.Store({ client })
    t.after(() => store.close())
    assert.doesNotMatch(printed(store), /hunter/)
    assert.equal(store.options.client, client)
  })
})

test('the options print without secrets, too', (t) => {
  const store = new MODERN.Store({ mongoUrl: URL })
  t.after(() => store.close())
  assert.doesNotMatch(printed(store.options), /hunter/)
  assert.deepEqual(Object.keys(store.options).includes('toJSON'), false)
})

test("a factory's options stay the application's own object", (t) => {
  const given = { url: URL }
  const store = new FACTORY.Store(given)
  t.after(() => store.close())
  assert.equal(store.options, given)
  assert.deepEqual(Reflect.ownKeys(given), ['url'])
})
