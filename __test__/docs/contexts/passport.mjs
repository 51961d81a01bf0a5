// Logs in with a wrong password and with the right one, and out.

import assert from 'node:assert/strict'
import { cookie, request } from './shared/visitor.mjs'

// EXAMPLE

assert.equal(await request('/login', { username: 'ada', password: 'byron' }), '401 Unauthorized')
assert.equal(await request('/'), '200 Somebody was here 1 times')
const before = cookie
assert.equal(await request('/login', { username: 'ada', password: 'lovelace' }), '200 Welcome, ada')
assert.notEqual(cookie, before)
assert.equal(await request('/'), '200 ada was here 1 times')
assert.equal(await request('/'), '200 ada was here 2 times')
assert.equal(await request('/logout', {}), '200 Bye')
assert.equal(await request('/'), '200 Somebody was here 1 times')
process.exit()
