'use strict'

// Logging in and out over HTTP: each session is one document, which is removed with the session.

const assert = require('node:assert/strict')
const { createHmac } = require('node:crypto')
const { describe, it } = require('node:test')
const { SETUPS, useApps } = require('../helpers/app.js')

const start = useApps()

/** A route that sets the session to null. */
const forgetting = (app) =>
  app.post('/forget', (req, res) => {
    req.session = null
    res.json({})
  })

for (const setup of SETUPS) {
  describe(setup.name, () => {
    it('remembers who logged in', async (t) => {
      const app = await start(t, { setup })
      const browser = app.browser()
      assert.equal((await browser.get('/me')).body.user, null)
      assert.equal(await app.collection.countDocuments(), 0)

      const {
        body: { id },
      } = await browser.post('/login?user=Ada')
      assert.equal((await browser.get('/me')).body.user, 'Ada')
      assert.deepEqual((await browser.get('/me')).body, { id, user: 'Ada' })

      const document = await app.collection.findOne({ _id: id })
      assert.equal(JSON.parse(document.session).user, 'Ada')
      assert(document.expires > new Date(Date.now() + 3_000_000))
      assert.equal(await app.collection.countDocuments(), 1)
    })

    it('gives a new id at login and removes the old document', async (t) => {
      const app = await start(t, { setup })
      const browser = app.browser()
      const {
        body: { id: old },
      } = await browser.post('/count')
      assert(await app.collection.findOne({ _id: old }))
      const stolen = browser.clone()

      const {
        body: { id },
      } = await browser.post('/login?user=Ada')
      assert.notEqual(id, old)
      assert.equal(await app.collection.findOne({ _id: old }), null)
      assert(await app.collection.findOne({ _id: id }))
      assert.equal((await stolen.get('/me')).body.user, null)
    })

    it('removes the document at logout, for every browser with that cookie', async (t) => {
      const app = await start(t, { setup })
      const browser = app.browser()
      const {
        body: { id },
      } = await browser.post('/login?user=Ada')
      const other = browser.clone()

      assert.equal((await browser.post('/logout')).status, 200)
      assert.equal(await app.collection.findOne({ _id: id }), null)
      assert.equal((await browser.get('/me')).body.user, null)
      const again = await other.get('/me')
      assert.equal(again.status, 200)
      assert.equal(again.body.user, null)
      assert.notEqual(again.body.id, id)
      assert.equal(await app.collection.countDocuments(), 0)
      assert.deepEqual(app.errors, [])
    })

    it('logs out a second time without an error', async (t) => {
      const app = await start(t, { setup })
      const browser = app.browser()
      await browser.post('/login?user=Ada')
      const other = browser.clone()
      assert.equal((await browser.post('/logout')).status, 200)
      assert.equal((await other.post('/logout')).status, 200)
      assert.deepEqual(app.errors, [])
    })

    it("removes the document when the session is set to null and unset is 'destroy'", async (t) => {
      const app = await start(t, { setup, session: { unset: 'destroy' }, routes: forgetting })
      const browser = app.browser()
      await browser.post('/login?user=Ada')
      assert.equal(await app.collection.countDocuments(), 1)
      await browser.post('/forget')
      assert.equal(await app.collection.countDocuments(), 0)
      assert.equal((await browser.get('/me')).body.user, null)
    })

    it("keeps the document when the session is set to null and unset is 'keep'", async (t) => {
      const app = await start(t, { setup, session: { unset: 'keep' }, routes: forgetting })
      const browser = app.browser()
      await browser.post('/login?user=Ada')
      await browser.post('/forget')
      assert.equal((await browser.get('/me')).body.user, 'Ada')
    })

    it('gives no session for a cookie that was tampered with', async (t) => {
      const app = await start(t, { setup })
      const owner = app.browser()
      const {
        body: { id },
      } = await owner.post('/login?user=Ada')
      const cookie = decodeURIComponent(owner.cookies.get('connect.sid'))
      const signed = (sid) =>
        `s:${sid}.${createHmac('sha256', 'the secret of a test').update(sid).digest('base64').replace(/=+$/, '')}`
      assert.equal(signed(id), cookie)

      const forged = [
        id,
        `s:${id}`,
        `s:${id}.`,
        cookie.slice(0, -1),
        `${cookie}x`,
        cookie.replace(id, [...id].reverse().join('')),
        `s:${id}.${createHmac('sha256', 'another secret').update(id).digest('base64')}`,
        's:',
        's:.',
        '',
        'j:{"$gt":""}',
        '{"$ne":null}',
        '%00',
        '\u{1F36A}',
        // Correctly signed, but without a session: possible with a leaked secret, or if another application shares it.
        ...['nobody', '', '$where', '{"$gt":""}', '[object Object]', 'null', 'a\0b', 'x'.repeat(4000)].map(signed),
      ]
      for (const value of forged) {
        const thief = app.browser()
        thief.cookies.set('connect.sid', encodeURIComponent(value))
        const { status, body } = await thief.get('/me')
        assert.equal(status, 200, value)
        assert.equal(body.user, null, value)
        assert.notEqual(body.id, id)
      }
      assert.equal((await owner.get('/me')).body.user, 'Ada')
      assert.equal(await app.collection.countDocuments(), 1)
      assert.deepEqual(app.errors, [])
    })
  })
}
