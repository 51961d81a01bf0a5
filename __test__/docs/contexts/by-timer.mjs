// There is no TTL index, even when another store, which is made later, has its own.

import assert from 'node:assert/strict'
import { db, sessions } from './shared/database.mjs'

// EXAMPLE

await store.set('a', { cookie: {} })
const other = MongoStore.create({ mongoUrl: process.env.MONGO_URL, collectionName: 'others' })
await other.set('a', { cookie: {} })
while ((await db.collection('others').listIndexes().toArray()).length < 2);
const indexes = await sessions.listIndexes().toArray()
assert.deepEqual(
  indexes.map(({ key }) => key),
  [{ _id: 1 }],
)
process.exit()
