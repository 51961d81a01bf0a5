// There is no TTL index.

import assert from 'node:assert/strict'
import { sessions } from './shared/database.mjs'

// EXAMPLE

await store.set('a', { cookie: {} })
const indexes = await sessions.listIndexes().toArray()
assert.deepEqual(
  indexes.map(({ key }) => key),
  [{ _id: 1 }],
)
process.exit()
