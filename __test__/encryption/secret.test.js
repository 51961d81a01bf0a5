'use strict'

// The option `secret` of connect-mongo 3.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { call, genuine3 } = require('../helpers/genuine.js')
const { FACTORY, aSession, eachStyle, fails, useStores } = require('../helpers/stores.js')

const server = useStores()

eachStyle(
  ({ style }) => {
    for (const options of [
      {},
      { algorithm: 'aes-128-gcm', key_size: 16 },
      { hashing: 'sha256' },
      { encodeas: 'base64' },
      { iv_size: 12 },
    ]) {
      test(`both directions with connect-mongo 3 and ${JSON.stringify(options)}`, async (t) => {
        const { store, mongoUrl, collection } = server.open(t, { secret: 'squirrel', ...options }, style)
        const theirs = genuine3({
          mongoUrl,
          collectionName: collection.collectionName,
          autoRemove: 'disabled',
          secret: 'squirrel',
          ...options,
        })
        t.after(() => theirs.close())
        await store.set('ours', aSession({ user: 'zoë' }))
        await call(theirs, 'set', 'theirs', aSession({ user: 'zoë' }))
        assert.equal((await call(theirs, 'get', 'ours')).user, 'zoë')
        assert.equal((await store.get('theirs')).user, 'zoë')
        assert.doesNotMatch((await collection.findOne({ _id: 'ours' })).session, /user|cookie/)
        assert.equal((await store.all()).length, 2)
      })
    }

    test('another secret is an error, and a plain session is not read', async (t) => {
      const first = server.open(t, { secret: 'squirrel' }, style)
      await first.store.set('s', { a: 1 })
      const other = server.open(t, { secret: 'oak', [style.collectionOption]: first.collection.collectionName }, style)
      await fails(other.store, 'get', ['s'], { code: 'ERR_SESSION_TAMPERED' })
      await first.collection.updateOne({ _id: 's' }, { $set: { session: '{"a":1}' } })
      await fails(first.store, 'get', ['s'], { code: 'ERR_SESSION_FORMAT' })
    })

    test('the options of the caller keep their secret, and those of the store do not', (t) => {
      const options = { secret: 'squirrel' }
      const { store } = server.open(t, options, style)
      assert.equal(options.secret, 'squirrel')
      assert.equal('secret' in store.options, false)
    })
  },
  [FACTORY],
)
