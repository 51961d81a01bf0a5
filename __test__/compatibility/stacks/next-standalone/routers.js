'use strict'

// Tests that both routers of Next serve the same sessions, in route handlers, components and pages, and refuse a cookie
// that they did not sign.

const assert = require('node:assert/strict')

module.exports = async function routers({ browser }) {
  const users = async (visitor) => {
    const [handler, api] = await Promise.all(['/app/me', '/api/me'].map((path) => visitor.get(path)))
    const pages = await Promise.all(['/', '/profile'].map((path) => visitor.get(path)))
    return [handler.body.user, api.body.user, ...pages.map(({ body }) => /<p>(.*?)<\/p>/.exec(body)[1])]
  }
  for (const [user, base] of Object.entries({ ann: '/app', bob: '/api' })) {
    const visitor = browser()
    await visitor.post(`${base}/login?user=${user}`)
    assert.deepEqual(await users(visitor), [user, user, user, user], `logged in by ${base}/login`)

    const forger = visitor.clone()
    forger.cookies.set('connect.sid', visitor.cookies.get('connect.sid').replace(/\..*/, '.forged'))
    assert.deepEqual(await users(forger), [null, null, 'nobody', 'nobody'])
  }
}
