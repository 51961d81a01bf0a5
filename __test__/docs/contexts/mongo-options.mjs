// The server knows the application by its name, and a write of it by its concern.

import assert from 'node:assert/strict'
import { client } from './shared/database.mjs'

// EXAMPLE

await store.set('a', { cookie: {} })
const pipeline = [{ $currentOp: { allUsers: true, idleConnections: true } }, { $match: { appName: 'shop' } }]
const connections = await client.db('admin').aggregate(pipeline).toArray()
assert.notEqual(connections.length, 0)
process.exit()
