// A session that is touched soon after it was stored is not written.

import assert from 'node:assert/strict'
import { sessions } from './shared/database.mjs'

// EXAMPLE

const session = (hours) => ({ cookie: { expires: new Date(Date.now() + hours * 60 * 60 * 1000) } })
await store.set('a', session(1))
const before = await sessions.findOne({ _id: 'a' })
await store.touch('a', { ...(await store.get('a')), ...session(2) })
assert.deepEqual(await sessions.findOne({ _id: 'a' }), before)

await store.set('a', session(2)) // it has changed
assert.notDeepEqual((await sessions.findOne({ _id: 'a' })).expires, before.expires)
process.exit()
