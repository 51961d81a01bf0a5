// The server refuses to read sessions: their collection has become a view that can't be evaluated.

import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import { db, sessions } from './shared/database.mjs'
import { request } from './shared/visitor.mjs'

// EXAMPLE

assert.equal(await request('/'), '200 Visits: 1')
assert.equal(await request('/'), '200 Visits: 2')
// The store makes its index beside the first operations. After the renaming it would make the collection again.
while (!(await sessions.indexExists('expires_1'))) await setTimeout(10)
await rename()
await db.createCollection('sessions', { viewOn: 'old', pipeline: [{ $set: { a: { $divide: [1, 0] } } }] })
assert.equal(await request('/'), '503 The sessions are away. Try again in a minute.')
await sessions.drop()
await db.collection('old').rename('sessions')
assert.equal(await request('/'), '200 Visits: 3')
process.exit()

/** Renames the collection as soon as its index is complete. */
async function rename() {
  const isBuilding = await sessions.rename('old').then(
    () => false,
    ({ code }) => code === 12587, // BackgroundOperationInProgressForNamespace
  )
  if (isBuilding) await setTimeout(10).then(rename)
}
