// The session id is not in the database, and finds its session.

import assert from 'node:assert/strict'
import { sessions } from './shared/database.mjs'

// EXAMPLE

await store.set('the session id', { user: 'ada', cookie: {} })
const text = JSON.stringify(await sessions.find().toArray())
assert.ok(text.includes('ada') && !text.includes('the session id'), text)
assert.equal((await store.get('the session id')).user, 'ada')
process.exit()
