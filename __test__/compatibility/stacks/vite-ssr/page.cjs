'use strict'

// Tests the page that is rendered for the user who is logged in.

const assert = require('node:assert/strict')

module.exports = async function page({ browser }) {
  const ann = browser()
  assert.match((await ann.get('/')).body, /<p>nobody<\/p>/)
  await ann.post('/login?user=ann')
  assert.match((await ann.get('/')).body, /<p>ann<\/p>/)
}
