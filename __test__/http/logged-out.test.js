'use strict'

// A request may still be under way while another one logs the user out. What it saves at its end must not bring the session
// back.

const assert = require('node:assert/strict')
const { describe, it } = require('node:test')
const { SETUPS, useApps } = require('../helpers/app.js')
const { withSlowRoute } = require('../helpers/slow-request.js')

const start = useApps()

const KEY = { id: 'a', secret: 'a secret of a test that has 32 bytes or more' }
/** Ways to store sessions. Each makes the options of a store. */
const WAYS = {
  'as text': {},
  'as a subdocument': { stringify: false },
  'with touchAfter': { touchAfter: 3600 },
  'by asynchronous hooks': {
    serialize: async (value) => JSON.stringify(value),
    unserialize: async (text) => JSON.parse(text),
  },
  'under another id': { transformId: (sid) => `of ${sid}` },
  encrypted: { encryption: { keys: [KEY] } },
  'under hashed ids': { encryption: { keys: [KEY], hashIds: true } },
}

/** Starts an application with a slow route, on which somebody has logged in. */
const loggedIn = (t, options) =>
  withSlowRoute(start, t, { ...options, change: (session) => Object.assign(session, { late: true }) })

for (const setup of SETUPS) {
  describe(setup.name, () => {
    for (const [way, store] of Object.entries(WAYS)) {
      for (const save of [false, true]) {
        const by = save ? 'by req.session.save()' : 'at the end of a request'
        it(`a save ${by} does not bring back a session that was destroyed meanwhile, ${way}`, async (t) => {
          const { app, browser, slowRequest } = await loggedIn(t, { setup, store, save })
          const slow = await slowRequest()
          await browser.post('/logout')
          assert.equal((await slow.end()).status, 200)
          assert.equal(await app.collection.countDocuments(), 0)
          assert.equal((await browser.get('/me')).body.user, null)
          assert.deepEqual(app.errors, [])
          assert.equal(app.store.stats().savesLeftOut, 1)
        })
      }

      it(`a save stores a session that is still there, ${way}`, async (t) => {
        const { app, browser, slowRequest } = await loggedIn(t, { setup, store })
        const slow = await slowRequest()
        await slow.end()
        assert.equal((await browser.get('/me')).body.user, 'Ada')
        assert.equal(app.store.stats().savesLeftOut, 0)
      })
    }

    it('with saveDestroyed, a save brings the session back', async (t) => {
      const { app, browser, slowRequest } = await loggedIn(t, { setup, store: { saveDestroyed: true } })
      const slow = await slowRequest()
      await browser.post('/logout')
      await slow.end()
      assert.equal(await app.collection.countDocuments(), 1)
    })

    it('a session that another process destroyed stays gone', async (t) => {
      const { app, slowRequest } = await loggedIn(t, { setup })
      const slow = await slowRequest()
      await app.collection.deleteMany({})
      assert.equal((await slow.end()).status, 200)
      assert.equal(await app.collection.countDocuments(), 0)
    })
  })
}
