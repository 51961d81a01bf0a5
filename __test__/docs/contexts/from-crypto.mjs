// A session that connect-mongo has encrypted goes over to the new key, and one of the new key is read.

import assert from 'node:assert/strict'
import GenuineStore from 'connect-mongo-6'
import { sessions } from './shared/database.mjs'

const genuine = GenuineStore.create({
  mongoUrl: process.env.MONGO_URL,
  crypto: { secret: process.env.SESSION_CRYPTO_SECRET },
})
await new Promise((resolve, reject) => {
  genuine.set('a', { user: 'ada', cookie: {} }, (error) => (error ? reject(error) : resolve()))
})

// EXAMPLE

const session = await store.get('a')
assert.equal(session.user, 'ada')
await store.set('a', session)
assert.match((await sessions.findOne({ _id: 'a' })).session, /^cmn1\.2027\./)
assert.equal((await store.get('a')).user, 'ada')
process.exit()
