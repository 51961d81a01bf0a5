// Encrypted sessions, and a change of the key while people are logged in: the first key writes, all of them read, and a
// session goes over to the new key when it is stored the next time.
//
//   npm install connect-mongo-native
//   MONGO_URL=mongodb://127.0.0.1:27017/examples node examples/encryption.mjs

import { randomBytes, randomUUID } from 'node:crypto'
import MongoStore from 'connect-mongo-native'

// An application reads its secrets from where it keeps them. `openssl rand -base64 32` makes one.
const january = { id: '2026-01', secret: randomBytes(32) }
const june = { id: '2026-06', secret: randomBytes(32) }

/** A process of the application with these keys. */
function start(keys) {
  return MongoStore.create({
    mongoUrl: process.env.MONGO_URL ?? 'mongodb://127.0.0.1:27017/examples',
    collectionName: 'encrypted_sessions',
    encryption: { keys },
  })
}

/** The id of the key that a session is stored with, which is readable in its record. */
async function keyOf(store, sid) {
  const sessions = await store.collectionP
  const { session: record } = await sessions.findOne({ _id: sid })
  return [january, june].find(({ id }) => record.includes(id)).id
}

const sid = randomUUID()
const cookie = { originalMaxAge: 3_600_000, path: '/', httpOnly: true }

const before = start([january])
await before.set(sid, { cookie, name: 'Ada' })
console.log(`stored with the key ${await keyOf(before, sid)}`)
await before.close()

// 1. Every process learns to read the new key. With several processes, deploy this everywhere before the next step.
const during = start([january, june])
console.log(`read by all: ${(await during.get(sid)).name}`)
await during.close()

// 2. The new key comes first: from now on it writes.
const after = start([june, january])
const session = await after.get(sid)
await after.set(sid, session)
console.log(`stored with the key ${await keyOf(after, sid)}`)
await after.close()

// 3. When the last session of the old key has expired, the old key goes.
const end = start([june])
console.log(`read without the old key: ${(await end.get(sid)).name}`)
await end.destroy(sid)
await end.close()
