// Logs in with the right password and with a wrong one, and out.

import assert from 'node:assert/strict'
import { once } from 'node:events'

const listening = once(process, 'port')

// EXAMPLE

const [port] = await listening
let cookie = ''

async function request(path, body) {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: body ? 'POST' : 'GET',
    body: body && new URLSearchParams(body),
    headers: { cookie },
  })
  cookie = response.headers.get('set-cookie')?.split(';')[0] ?? cookie
  return `${response.status} ${await response.text()}`
}

assert.equal(await request('/login', { username: 'ada', password: 'byron' }), '401 Unauthorized')
assert.equal(await request('/'), '200 Somebody was here 1 times\n')
const before = cookie
assert.equal(await request('/login', { username: 'ada', password: 'lovelace' }), '200 Welcome, ada\n')
assert.notEqual(cookie, before)
assert.equal(await request('/'), '200 ada was here 1 times\n')
assert.equal(await request('/'), '200 ada was here 2 times\n')
assert.equal(await request('/logout', {}), '200 Bye\n')
assert.equal(await request('/'), '200 Somebody was here 1 times\n')
process.exit()
