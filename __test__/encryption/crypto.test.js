'use strict'

// The option `crypto`: our store and genuine connect-mongo read each other's records.

const assert = require('node:assert/strict')
const { describe, test } = require('node:test')
const { GENUINE, KRUPTEINS, call, withKruptein } = require('../helpers/genuine.js')
const { MODERN, aSession, eachStyle, fails, useStores } = require('../helpers/stores.js')

const server = useStores()

const SESSIONS = {
  small: { user: 'ann' },
  Unicode: { user: 'zoë', text: '日本語 \u{1F511} \u2028 "\\\b\f\n\r\t\u0001' },
  empty: {},
  large: { text: 'ab€'.repeat(200_000) },
  binary: { bytes: Buffer.from(Array.from({ length: 256 }, (_, n) => n)) },
}
const OPTIONS = [
  {},
  { algorithm: 'aes-128-gcm' },
  { algorithm: 'aes-192-gcm' },
  { algorithm: 'aes-256-cbc' },
  { algorithm: 'aes-128-cbc' },
  { hashing: 'sha1' },
  { hashing: 'sha256' },
  { hashing: 'sha384' },
  { encodeas: 'hex' },
  { encodeas: 'base64url' },
  { _iv_size: 16 },
  { iv_size: 12, key_size: 16, at_size: 12 },
]
const plain = (session) => JSON.parse(JSON.stringify(session))
const nameOf = (options) => JSON.stringify(options)

/** A genuine store on the collection of one of our stores. */
function beside(t, make, { mongoUrl, collection }, options) {
  const store = make({ mongoUrl, collectionName: collection.collectionName, autoRemove: 'disabled', ...options })
  t.after(() => store.close())
  return store
}

for (const [name, make] of Object.entries(GENUINE)) {
  describe(name, () => {
    for (const crypto of OPTIONS) {
      test(`both directions with ${nameOf(crypto)}`, async (t) => {
        const options = { crypto: { secret: 'squirrel', ...crypto } }
        const ours = server.open(t, options)
        const theirs = beside(t, make, ours, options)
        await ours.store.set('ours', aSession(SESSIONS.Unicode))
        await call(theirs, 'set', 'theirs', aSession(SESSIONS.Unicode))
        assert.equal((await call(theirs, 'get', 'ours')).text, SESSIONS.Unicode.text)
        assert.equal((await ours.store.get('theirs')).text, SESSIONS.Unicode.text)
        assert.doesNotMatch((await ours.collection.findOne({ _id: 'ours' })).session, /cookie|user/)
        assert.equal((await ours.store.all()).length, 2)
      })
    }

    for (const [kind, data] of Object.entries(SESSIONS)) {
      for (const stringify of [true, false]) {
        test(`a session that is ${kind}, with stringify: ${stringify}`, async (t) => {
          const options = { stringify, crypto: { secret: 'squirrel' } }
          const ours = server.open(t, options)
          const theirs = beside(t, make, ours, options)
          await ours.store.set('ours', aSession(data))
          await call(theirs, 'set', 'theirs', aSession(data))
          for (const session of [
            await call(theirs, 'get', 'ours'),
            await ours.store.get('theirs'),
            await ours.store.get('ours'),
          ]) {
            const { cookie, ...rest } = plain(session)
            assert.ok(cookie.expires)
            assert.deepEqual(rest, plain(data))
          }
        })
      }
    }

    test('hooks of the application get what they gave, be it text or an object', async (t) => {
      for (const hooks of [
        { serialize: (session) => `text ${JSON.stringify(session)}`, unserialize: (text) => JSON.parse(text.slice(5)) },
        {
          serialize: (session) => ({ wrapped: session }),
          unserialize: (stored) => (typeof stored === 'string' ? JSON.parse(stored) : stored).wrapped,
        },
      ]) {
        const options = { ...hooks, crypto: { secret: 'squirrel' } }
        const ours = server.open(t, options)
        const theirs = beside(t, make, ours, options)
        await ours.store.set('ours', { a: 1 })
        await call(theirs, 'set', 'theirs', { a: 1 })
        assert.deepEqual(await call(theirs, 'get', 'ours'), { a: 1 })
        assert.deepEqual(await ours.store.get('theirs'), { a: 1 })
      }
    })
  })
}

describe('kruptein', () => {
  for (const release of Object.keys(KRUPTEINS)) {
    for (const stringify of [true, false]) {
      test(`records of ${release} are read, with stringify: ${stringify}`, async (t) => {
        const encodeas = release === '2.2.3' ? 'hex' : 'base64'
        const options = { stringify, crypto: { secret: 'AB12!@squirrel', encodeas } }
        const ours = server.open(t, { stringify, crypto: { secret: 'AB12!@squirrel' } })
        const theirs = beside(t, withKruptein(require('connect-mongo-5'), release), ours, options)
        await theirs.collectionP
        await call(theirs, 'set', 's', aSession(SESSIONS.Unicode))
        assert.equal((await ours.store.get('s')).text, SESSIONS.Unicode.text)
      })
    }
  }

  for (const [form, release] of Object.entries({ '3.0': '3.0.8', 3.1: '3.1.1', 3.3: '3.3.0', 3.4: '3.4.0' })) {
    for (const algorithm of ['aes-256-gcm', 'aes-256-cbc', 'aes-192-gcm']) {
      test(`${release} reads what is written for it with ${algorithm}`, async () => {
        const secret = 'AB12!@squirrel'
        const options = { algorithm, hashing: 'sha512', encodeas: 'base64' }
        const kruptein = require(KRUPTEINS[release])(options)
        const { createKrupteinAdapter } = require('connect-mongo-native')
        const text = JSON.stringify(SESSIONS.Unicode)
        const record = await createKrupteinAdapter({ secret, kruptein: form, ...options }).encrypt(text)
        const read = await new Promise((resolve, reject) => {
          kruptein.get(secret, record, (error, value) => (error ? reject(new Error(error)) : resolve(value)))
        })
        assert.ok([text, JSON.stringify(text)].includes(read))
      })
    }
  }

  test('an algorithm that is not native works through the package', async (t) => {
    const options = { crypto: { secret: 'AB12!@squirrel', algorithm: 'camellia-256-cbc' } }
    const ours = server.open(t, options)
    await ours.store.set('s', aSession(SESSIONS.Unicode))
    assert.equal((await ours.store.get('s')).text, SESSIONS.Unicode.text)
    const theirs = beside(t, withKruptein(require('connect-mongo-5'), '3.4.0'), ours, options)
    await call(theirs, 'set', 't', aSession(SESSIONS.small))
    assert.equal((await ours.store.get('t')).user, 'ann')
    assert.equal((await ours.store.all()).length, 2)
  })
})

eachStyle(
  ({ style, missing }) => {
    test('calls on one session take effect in their order, also before a key is derived', async (t) => {
      const { store } = server.open(t, { crypto: { secret: 'squirrel' } }, style)
      const results = await Promise.all([
        store.get('s'),
        store.set('s', { n: 1 }),
        store.get('s'),
        store.set('s', { n: 2 }),
        store.set('s', { n: 3 }),
        store.get('s'),
        store.destroy('s'),
        store.get('s'),
      ])
      assert.deepEqual(
        [0, 2, 5, 7].map((at) => results[at]),
        [missing, { n: 1 }, { n: 3 }, missing],
      )
    })

    test('many sessions at once, each record with a key of its own', async (t) => {
      const options = { crypto: { secret: 'squirrel' } }
      const { store, mongoUrl, collection } = server.open(t, options, style)
      const theirs = beside(t, GENUINE['connect-mongo 6'], { mongoUrl, collection }, options)
      const ids = Array.from({ length: 20 }, (_, n) => `s${n}`)
      for (const id of ids) await call(theirs, 'set', id, { id })
      assert.deepEqual(
        await Promise.all(ids.map((id) => store.get(id))),
        ids.map((id) => ({ id })),
      )
      assert.equal((await store.all()).length, ids.length)
    })

    test('a session that can be read is not held up by one that cannot', async (t) => {
      const { store, collection } = server.open(t, { crypto: { secret: 'squirrel' } }, style)
      await store.set('good', { a: 1 })
      await collection.insertOne({ _id: 'bad', session: 'nothing', expires: new Date(Date.now() + 60_000) })
      const [good, bad] = await Promise.allSettled([store.get('good'), store.get('bad')])
      assert.deepEqual(good.value, { a: 1 })
      assert.equal(bad.reason.code, 'ERR_SESSION_FORMAT')
      assert.deepEqual(await store.all(), [{ a: 1 }])
    })

    test('each kind of failure has its code, and the words of connect-mongo', async (t) => {
      const { store, collection } = server.open(t, { crypto: { secret: 'squirrel' } }, style)
      const expires = new Date(Date.now() + 60_000)
      await store.set('s', { user: 'ann' })
      const { session } = await collection.findOne({ _id: 's' })
      const other = server.open(
        t,
        {
          crypto: { secret: 'another' },
          collectionName: collection.collectionName,
          collection: collection.collectionName,
        },
        style,
      )
      await fails(other.store, 'get', ['s'], {
        code: 'ERR_SESSION_TAMPERED',
        message: 'Encrypted session was tampered with!',
      })
      for (const stored of [session.slice(0, -8), '{"user":"ann"}', '', 'AAAA', { user: 'ann' }, 5, null]) {
        await collection.updateOne({ _id: 'x' }, { $set: { session: stored, expires } }, { upsert: true })
        await fails(store, 'get', ['x'], { code: 'ERR_SESSION_FORMAT', message: 'Unable to parse ciphertext object!' })
      }
      await collection.updateOne({ _id: 'x' }, { $unset: { session: '' } })
      await fails(store, 'get', ['x'], { code: 'ERR_SESSION_FORMAT' })
    })

    test("onDecryptError: 'new-session' takes what cannot be decrypted for no session", async (t) => {
      const { store, collection } = server.open(
        t,
        { crypto: { secret: 'squirrel' }, onDecryptError: 'new-session' },
        style,
      )
      await collection.insertOne({ _id: 's', session: '{"user":"ann"}', expires: new Date(Date.now() + 60_000) })
      assert.equal(await store.get('s'), missing)
      await store.set('s', { user: 'bob' })
      assert.deepEqual(await store.get('s'), { user: 'bob' })
    })

    test('a record that would be larger than a document is refused', async (t) => {
      const { store } = server.open(t, { crypto: { secret: 'squirrel' } }, style)
      await fails(store, 'set', ['s', { text: 'x'.repeat(12 * 2 ** 20) }], { code: 10334 })
      await store.set('s', { text: 'x'.repeat(6 * 2 ** 20) })
      assert.equal((await store.get('s')).text.length, 6 * 2 ** 20)
    })
  },
  [MODERN],
)
