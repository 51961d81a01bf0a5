// Sessions of a migration: one of the new key, two of the old one, and three that are not encrypted. Each has a day to live.

import { randomBytes } from 'node:crypto'
import MongoStore from 'connect-mongo-native'
import { db } from './database.mjs'

const key = (id) => ({ id, secret: randomBytes(32).toString('base64') })
const written = [
  { encryption: { keys: [key('new-id')] }, ids: ['a'] },
  { encryption: { keys: [key('old-id')] }, ids: ['b', 'c'] },
  { encryption: undefined, ids: ['d', 'e', 'f'] },
]
for (const { encryption, ids } of written) {
  const store = MongoStore.create({ mongoUrl: process.env.MONGO_URL, encryption })
  const expires = new Date(Date.now() + 24 * 60 * 60 * 1000)
  for (const id of ids) await store.set(id, { cookie: { expires } })
  await store.close()
}
// They do not count: the server has not removed them yet.
await db.collection('sessions').insertOne({ _id: 'g', session: 'cmn1.old-id.x', expires: new Date(0) })
await db.collection('sessions').insertOne({ _id: 'h', session: '{}', expires: new Date(0) })

/** As mongosh has it. */
export const shell = { sessions: db.collection('sessions') }
