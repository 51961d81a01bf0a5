'use strict'

// Somebody who is not known, and somebody who logs in and out.

const assert = require('node:assert/strict')

// EXAMPLE

async function visit() {
  const { request } = await import('./shared/visitor.mjs')
  assert.match(await request('/'), /^200 .*Log in/)
  assert.match(await request('/login', { user: 'bob' }), /^403 /)
  assert.equal(await store.length(), 0)
  assert.match(await request('/login', { user: 'ada' }), /^200 Hello, Ada: visit 1/) // where the login leads
  assert.match(await request('/'), /^200 Hello, Ada: visit 2/)
  const [{ user }] = await store.all()
  assert.equal(user, 'Ada')
  assert.match(await request('/logout', {}), /^200 .*Log in/)
  assert.equal(await store.length(), 0)
  server.close()
  await store.close()
}

visit()
