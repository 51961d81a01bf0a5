'use strict'

// A Sails application with the block as its config/session.js.

const assert = require('node:assert/strict')
const sails = require('sails')

const config = { exports: {} }
;((module) => {
  // EXAMPLE
})(config)

const settings = {
  appPath: __dirname,
  ...config.exports,
  port: 0,
  routes: {
    'GET /': (req, res) => {
      req.session.visits = (req.session.visits ?? 0) + 1
      res.send(`Visits: ${req.session.visits}`)
    },
  },
}

sails.lift(settings, async (error) => {
  if (error) throw error
  const { port } = sails.hooks.http.server.address()
  let cookie = ''
  for (const expected of ['Visits: 1', 'Visits: 2']) {
    const response = await fetch(`http://127.0.0.1:${port}/`, { headers: { cookie } })
    cookie = response.headers.get('set-cookie')?.split(';')[0] ?? cookie
    assert.equal(await response.text(), expected)
  }
  const { store } = sails.config.session
  assert.equal((await store.all()).length, 1)
  process.exit()
})
