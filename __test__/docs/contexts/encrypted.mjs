// Visits an application, and looks at what is stored.

import assert from 'node:assert/strict'
import { sessions } from './shared/database.mjs'
import { request } from './shared/visitor.mjs'

// EXAMPLE

assert.equal(await request('/'), '200 Visits: 1')
assert.equal(await request('/'), '200 Visits: 2')
const [stored] = await sessions.find().toArray()
assert.match(stored._id, /^cmnid1\./)
assert.match(stored.session, /^cmn1\.2027\./)
process.exit()
