'use strict'

// Uses any of the applications over HTTP as people do. An independent driver then checks the content of the database.

const assert = require('node:assert/strict')
const { Browser } = require('../../../helpers/browser.js')
const { until } = require('../../../helpers/wait.js')

const MAX_AGE = 3_600_000 // ms, of the cookies of every application
const AT_ONCE = 40

/**
 * Uses the application from login to logout.
 * @param {string} origin of the application
 * @param {import('mongodb').Collection} sessions
 */
async function drive(origin, sessions) {
  const ann = new Browser(origin)
  const bob = new Browser(origin)
  const stored = (id) => sessions.findOne({ _id: id })

  await step('somebody who did not log in is nobody', async () => {
    const { body } = await ok(ann.get('/me'))
    assert.equal(body.user, null)
  })

  const login = async (browser, user) => {
    const { body } = await ok(browser.post(`/login?user=${user}`))
    const document = await stored(body.id)
    assert(document, 'there is no document of the session')
    assert(document.expires instanceof Date && document.expires > new Date(), 'expires is not a date to come')
    return body.id
  }
  const annsId = await step('a login makes a document', () => login(ann, 'ann'))
  const bobsId = await step('another login makes another', () => login(bob, 'bob'))

  await step('each has a session of his own', async () => {
    assert.notEqual(annsId, bobsId)
    assert.deepEqual((await ok(ann.get('/me'))).body, { id: annsId, user: 'ann' })
    assert.deepEqual((await ok(bob.get('/me'))).body, { id: bobsId, user: 'bob' })
  })

  await step('a request moves expires', async () => {
    const soon = new Date(Date.now() + MAX_AGE / 2)
    await sessions.updateOne({ _id: annsId }, { $set: { expires: soon } })
    await ok(ann.get('/me'))
    await until('expires to be moved', async () => (await stored(annsId)).expires > soon)
  })

  await step('a change is stored', async () => {
    for (const count of [1, 2]) assert.deepEqual((await ok(ann.post('/count'))).body, { id: annsId, count })
    const { session } = await stored(annsId)
    const value = typeof session === 'string' ? JSON.parse(session) : session
    assert.match(JSON.stringify(value), /"count":2\b/)
    assert.equal((await ok(ann.get('/me'))).body.user, 'ann')
  })

  await step('many requests at once are answered', async () => {
    const replies = await Promise.all(Array.from({ length: AT_ONCE }, () => ok(bob.clone().get('/me'))))
    for (const { body } of replies) assert.deepEqual(body, { id: bobsId, user: 'bob' })
  })

  await step('a logout removes the document', async () => {
    await ok(ann.post('/logout'))
    assert.equal(await stored(annsId), null)
    assert.equal((await ok(ann.get('/me'))).body.user, null)
    assert.equal((await ok(bob.get('/me'))).body.user, 'bob')
  })

  await step('an expired session is over', async () => {
    await sessions.updateOne({ _id: bobsId }, { $set: { expires: new Date(Date.now() - 1000) } })
    assert.equal((await ok(bob.get('/me'))).body.user, null)
  })
}

async function ok(request) {
  const response = await request
  assert.equal(response.status, 200, `the answer was ${response.status}: ${textOf(response.body)}`)
  return response
}

/** Returns the start of a response body, which may be an HTML page that shows an error with its stack. */
function textOf(body) {
  const text =
    typeof body === 'string'
      ? body.replace(/<(title|style|script)[^]*?<\/\1>|<[^>]*>|&nbsp;/g, ' ')
      : JSON.stringify(body)
  return text
    .replace(/\s+/g, ' ')
    .replace(/ at [\w.# <>]+ \(.*/, '')
    .trim()
    .slice(0, 300)
}

async function step(title, run) {
  try {
    return await run()
  } catch (error) {
    throw new Error(`${title}: ${error.message}`, { cause: error })
  }
}

module.exports = { drive, MAX_AGE }
