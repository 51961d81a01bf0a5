'use strict'

// Logs in and out of the application of docs/getting-started.md, as a browser does.

const assert = require('node:assert/strict')

// EXAMPLE

process.once('port', async (port) => {
  let cookie = ''
  async function request(path, form) {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: form ? 'POST' : 'GET',
      body: form && new URLSearchParams(form),
      headers: { cookie },
      redirect: 'manual',
    })
    cookie = response.headers.get('set-cookie')?.split(';')[0] ?? cookie
    return `${response.status} ${await response.text()}`
  }

  assert.match(await request('/'), /^200 .*Log in/)
  assert.match(await request('/login', { user: 'bob' }), /^403 /)
  assert.equal(cookie, '')
  assert.match(await request('/login', { user: 'ada' }), /^302 /)
  assert.match(await request('/'), /^200 Hello, Ada: visit 1/)
  assert.match(await request('/'), /^200 Hello, Ada: visit 2/)
  const [document] = await store.all()
  assert.equal(document.user, 'Ada')
  assert.match(await request('/logout', {}), /^302 /)
  assert.match(await request('/'), /^200 .*Log in/)
  assert.equal(await store.length(), 0)
  server.close()
  await store.close()
})
