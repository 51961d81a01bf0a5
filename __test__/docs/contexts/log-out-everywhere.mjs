// One person is logged in twice, another one once.

import assert from 'node:assert/strict'

// EXAMPLE

const users = { a: 'ada', b: 'ada', c: 'grace' }
for (const [id, user] of Object.entries(users)) await store.set(id, { user, cookie: {} })
await logOutEverywhere('ada')
assert.equal(await store.get('a'), null)
assert.equal(await store.get('b'), null)
assert.equal((await store.get('c')).user, 'grace')
process.exit()
