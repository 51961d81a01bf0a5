'use strict'

// The adapters of connect-mongo 6, called directly and given to a store.

const assert = require('node:assert/strict')
const { describe, test } = require('node:test')
const genuine = require('connect-mongo-6')
const ours = require('connect-mongo-native')
const { call } = require('../helpers/genuine.js')
const { MODERN, aSession, eachStyle, fails, useStores } = require('../helpers/stores.js')

const server = useStores()
const TEXTS = ['', 'hello', 'zoë \u{1F511} "\\', JSON.stringify({ a: 1 }), 'x'.repeat(100_000)]

const ADAPTERS = [
  ['createKrupteinAdapter', { secret: 'squirrel' }],
  ['createKrupteinAdapter', { secret: 'squirrel', algorithm: 'aes-192-cbc', hashing: 'sha1', encodeas: 'hex' }],
  ['createKrupteinAdapter', { secret: 'AB12!@squirrel', use_scrypt: true }],
  ['createWebCryptoAdapter', { secret: 'squirrel' }],
  [
    'createWebCryptoAdapter',
    { secret: new TextEncoder().encode('squirrel'), encoding: 'hex', salt: 'pepper', iterations: 1000 },
  ],
  ['createWebCryptoAdapter', { secret: 'squirrel', algorithm: 'AES-CBC', encoding: 'base64url', iterations: 1000 }],
  ['createWebCryptoAdapter', { secret: 'squirrel', ivLength: 16, iterations: 1000 }],
  ['createWebCryptoAdapter', { secret: 'squirrel', ivLength: 13, iterations: 1000 }],
]

for (const [factory, options] of ADAPTERS) {
  // The installed kruptein is newer than the genuine package's, and derives a different key.
  const alone = Boolean(options.use_scrypt)
  describe(`${factory} with ${JSON.stringify(options)}`, () => {
    test('gives what the genuine one takes, and takes what it gives', async () => {
      const [mine, theirs] = [ours[factory](options), genuine[factory](options)]
      for (const text of TEXTS) {
        if (!alone) {
          assert.equal(await mine.decrypt(await theirs.encrypt(text)), await theirs.decrypt(await theirs.encrypt(text)))
          assert.equal(await theirs.decrypt(await mine.encrypt(text)), await theirs.decrypt(await theirs.encrypt(text)))
        }
        assert.ok([text, JSON.stringify(text)].includes(await mine.decrypt(await mine.encrypt(text))))
      }
    })

    test('encrypts a store, in both directions', async (t) => {
      const open = server.open(t, { cryptoAdapter: ours[factory](options) })
      await open.store.set('ours', aSession({ user: 'zoë' }))
      assert.equal((await open.store.get('ours')).user, 'zoë')
      if (alone) return
      const { mongoUrl, collection } = open
      const theirs = genuine.MongoStore.create({
        mongoUrl,
        collectionName: collection.collectionName,
        autoRemove: 'disabled',
        cryptoAdapter: genuine[factory](options),
      })
      t.after(() => theirs.close())
      await call(theirs, 'set', 'theirs', aSession({ user: 'zoë' }))
      assert.equal((await call(theirs, 'get', 'ours')).user, 'zoë')
      assert.equal((await open.store.get('theirs')).user, 'zoë')
    })
  })
}

test('an option of crypto that is not text is told by its name', () => {
  for (const name of ['algorithm', 'hashing', 'encodeas']) {
    for (const value of [Symbol('s'), {}, Object.create(null), 5]) {
      assert.throws(() => ours.createKrupteinAdapter({ secret: 'squirrel', [name]: value }), {
        name: 'TypeError',
        message: `The option crypto.${name} must be a string`,
      })
    }
  }
})

test('the adapters refuse what the genuine ones refuse, in the same words', async () => {
  const messageOf = async (act) => {
    try {
      await act()
      return 'none'
    } catch (error) {
      return error.message ?? error
    }
  }
  const acts = [
    (it) => it.createKrupteinAdapter({}),
    (it) => it.createKrupteinAdapter({ secret: '' }),
    (it) => it.createWebCryptoAdapter({}),
    (it) => it.createKrupteinAdapter({ secret: 'squirrel', algorithm: 'aes-256-ecb' }).encrypt('x'),
    (it) => it.createKrupteinAdapter({ secret: 'squirrel' }).decrypt('nothing'),
    (it) =>
      it
        .createKrupteinAdapter({ secret: 'squirrel' })
        .encrypt('x')
        .then((text) => it.createKrupteinAdapter({ secret: 'oak' }).decrypt(text)),
  ]
  for (const act of acts) {
    const wanted = await messageOf(() => act(genuine))
    assert.notEqual(wanted, 'none')
    assert.equal(await messageOf(() => act(ours)), wanted)
  }
  await assert.rejects(ours.createWebCryptoAdapter({ secret: 5 }).encrypt('x'), TypeError)
  await assert.rejects(ours.createWebCryptoAdapter({ secret: 'squirrel', iterations: 0 }).encrypt('x'))
})

eachStyle(
  ({ style, missing }) => {
    const hex = {
      encrypt: async (text) => Buffer.from(text).toString('hex'),
      decrypt: async (text) => Buffer.from(text, 'hex').toString(),
    }

    test('an adapter of the application may be asynchronous or not', async (t) => {
      const immediate = { encrypt: (text) => `<${text}>`, decrypt: (text) => text.slice(1, -1) }
      for (const [cryptoAdapter, stored] of [
        [hex, /^[0-9a-f]+$/],
        [immediate, /^<\{/],
      ]) {
        for (const stringify of [true, false]) {
          const { store, collection } = server.open(t, { cryptoAdapter, stringify }, style)
          await store.set('s', { a: 'zoë' })
          assert.match((await collection.findOne({ _id: 's' })).session, stored)
          assert.deepEqual(await store.get('s'), { a: 'zoë' })
          assert.deepEqual(await store.all(), [{ a: 'zoë' }])
          assert.equal(store.cryptoAdapter, cryptoAdapter)
        }
      }
    })

    test('what an adapter throws reaches the caller alone', async (t) => {
      const cryptoAdapter = {
        ...hex,
        decrypt: async () => {
          throw new RangeError('no')
        },
      }
      const { store } = server.open(t, { cryptoAdapter }, style)
      await store.set('s', { a: 1 })
      await fails(store, 'get', ['s'], { name: 'RangeError', message: 'no' })
      assert.equal(await store.get('t'), missing)
      const broken = server.open(t, { cryptoAdapter: { ...hex, encrypt: async () => 5 } }, style)
      await fails(broken.store, 'set', ['s', { a: 1 }], /encrypt must return a string/)
      const forgets = server.open(t, { cryptoAdapter, onDecryptError: 'new-session' }, style)
      await forgets.store.set('s', { a: 1 })
      assert.equal(await forgets.store.get('s'), missing)
    })
  },
  [MODERN],
)
