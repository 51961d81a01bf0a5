'use strict'

// Somebody who is not known, somebody who logs in, and out.

const assert = require('node:assert/strict')

const visitor = import('./shared/visitor.mjs')

// EXAMPLE

async function visit() {
  const { request } = await visitor
  assert.match(await request('/'), /^200 .*Log in/)
  assert.match(await request('/login', { user: 'grace' }), /^403 /)
  assert.match(await request('/login', { user: 'ada' }), /^200 Hello, Ada: visit 1/) // where it is redirected to
  assert.match(await request('/'), /^200 Hello, Ada: visit 2/)
  assert.match(await request('/logout', {}), /^200 .*Log in/)
  process.exit()
}

visit()
