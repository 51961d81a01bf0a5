'use strict'

// Tests a page that Next renders on the server from the session.

const assert = require('node:assert/strict')

module.exports = async function page({ browser }) {
  const ann = browser()
  assert.equal(visits(await ann.get('/')), 1)
  assert.equal(visits(await ann.get('/')), 2)
  await ann.post('/count')
  assert.equal(visits(await ann.get('/')), 3)
  assert.equal(visits(await browser().get('/')), 1)
}

/** The number on the page, which React writes apart from the text before it. */
function visits({ body }) {
  return Number(/<p>Visits: (?:<!-- -->)?(\d+)<\/p>/.exec(body)?.[1])
}
