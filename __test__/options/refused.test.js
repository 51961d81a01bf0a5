'use strict'

// Options that would encrypt what is stored. A store that went on without them would store it readable.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { eachStyle, useStores } = require('../helpers/stores.js')

const server = useStores()

const REFUSED = {
  crypto: [{ secret: 'hunter2' }, {}, { secret: '' }, { algorithm: 'aes-256-gcm' }, { secret: undefined }],
  cryptoAdapter: [{ encrypt: async (text) => text, decrypt: async (text) => text }, {}],
  secret: ['hunter2', Buffer.from('hunter2')],
}
const TAKEN = { crypto: [null, undefined, { secret: false }], cryptoAdapter: [null, undefined], secret: [null, undefined, false, ''] }

eachStyle(({ style }) => {
  for (const [name, values] of Object.entries(REFUSED)) {
    test(`${name} is refused, with the reason and without the secret`, (t) => {
      for (const value of values) {
        assert.throws(() => server.open(t, { [name]: value }, style), ({ message }) => {
          assert.match(message, new RegExp(`The option ${name} is not supported`))
          assert.match(message, /unencrypted/)
          assert.doesNotMatch(message, /hunter2/)
          return true
        })
      }
    })

    test(`${name} is taken when it asks for no encryption`, async (t) => {
      for (const value of TAKEN[name]) {
        const { store } = server.open(t, { [name]: value }, style)
        await store.set('s', { a: 1 })
        assert.deepEqual(await store.get('s'), { a: 1 })
      }
    })
  }
})
