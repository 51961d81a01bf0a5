// A session is stored in fewer bytes than it has, and comes back.

import assert from 'node:assert/strict'
import { sessions } from './shared/database.mjs'

// EXAMPLE

const session = { text: 'again and '.repeat(1000), cookie: {} }
await store.set('a', session)
const stored = await sessions.findOne({ _id: 'a' })
assert.ok(stored.session.length() < 1000)
assert.equal((await store.get('a')).text, session.text)
process.exit()
