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
  port: 3000,
  routes: {
    'GET /': (req, res) => {
      req.session.visits = (req.session.visits ?? 0) + 1
      res.send(`Visits: ${req.session.visits}`)
    },
  },
}

async function main() {
  const { request } = await import('./shared/visitor.mjs')
  sails.lift(settings, (error) => {
    if (error) throw error
  })
  assert.equal(await request('/'), '200 Visits: 1')
  assert.equal(await request('/'), '200 Visits: 2')
  assert.equal((await sails.config.session.store.all()).length, 1)
  process.exit()
}

main()
