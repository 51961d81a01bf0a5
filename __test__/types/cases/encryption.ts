import MongoStore from 'connect-mongo-native'

const adapter: MongoStore.CryptoAdapter = MongoStore.createKrupteinAdapter({
  secret: 'squirrel',
  algorithm: 'aes-256-gcm',
})
MongoStore.createWebCryptoAdapter({ secret: new Uint8Array(8), encoding: 'base64url', iterations: 1 })
const own: MongoStore.CryptoAdapter = { encrypt: async (text) => text, decrypt: async (text) => text }

MongoStore.create({ mongoUrl: '', cryptoAdapter: adapter })
  .cryptoAdapter?.encrypt('text')
  .then((text) => text.length)
MongoStore.create({ mongoUrl: '', cryptoAdapter: own, onDecryptError: 'new-session' })
MongoStore.create({ mongoUrl: '', crypto: { secret: false } })
MongoStore.create({ mongoUrl: '', secret: 'squirrel', hashing: 'sha256' })
MongoStore.create({ mongoUrl: '', encryption: { keys: [{ id: '2027', secret: Buffer.alloc(32) }], hashIds: true } })

// @ts-expect-error keys are needed
MongoStore.create({ mongoUrl: '', encryption: {} })
// @ts-expect-error a key has an id
MongoStore.create({ mongoUrl: '', encryption: { keys: [{ secret: '' }] } })
// @ts-expect-error one of two
MongoStore.create({ mongoUrl: '', onDecryptError: 'ignore' })
