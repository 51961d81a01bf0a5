'use strict'

// Concurrent requests of one browser and of many, and a logout that overtakes another request of the same browser.

const assert = require('node:assert/strict')
const { once, EventEmitter } = require('node:events')
const { describe, it } = require('node:test')
const { SETUPS, useApps } = require('../helpers/app.js')
const { until } = require('../helpers/wait.js')

const MANY = 50

const start = useApps()

const many = (make) => Promise.all(Array.from({ length: MANY }, (_, n) => make(n)))

/** Routes that answer only when the test allows it. */
function gate() {
  const events = new EventEmitter()
  const wait = (change) => (req, res) => {
    change(req.session)
    events.emit('arrived')
    events.once('go', () => res.json({ user: req.session.user ?? null }))
  }
  return {
    routes(app) {
      app.get(
        '/slow-read',
        wait(() => {}),
      )
    },
    arrived: () => once(events, 'arrived'),
    go: () => events.emit('go'),
  }
}

for (const setup of SETUPS) {
  describe(setup.name, () => {
    it('keeps the sessions of many browsers apart', async (t) => {
      const app = await start(t, { setup })
      const browsers = await many(async (n) => {
        const browser = app.browser()
        await browser.post(`/login?user=user${n}`)
        return browser
      })
      const answers = await many((n) => browsers[n].get('/me'))
      assert.deepEqual(
        answers.map(({ body }) => body.user),
        browsers.map((_, n) => `user${n}`),
      )
      assert.equal(new Set(answers.map(({ body }) => body.id)).size, MANY)
      assert.equal(await app.collection.countDocuments(), MANY)

      await many((n) => browsers[n].post('/logout'))
      assert.equal(await app.collection.countDocuments(), 0)
      assert.deepEqual(app.errors, [])
    })

    it('answers many requests of one browser, reads and writes mixed', async (t) => {
      const app = await start(t, { setup })
      const browser = app.browser()
      const {
        body: { id },
      } = await browser.post('/login?user=Ada')
      const answers = await many((n) => (n % 3 === 0 ? browser.clone().post('/count') : browser.clone().get('/me')))
      for (const { status, body } of answers) {
        assert.equal(status, 200)
        assert.equal(body.id, id)
      }
      assert.equal((await browser.get('/me')).body.user, 'Ada')
      assert(JSON.parse((await app.collection.findOne({ _id: id })).session).count >= 1)
      assert.equal(await app.collection.countDocuments(), 1)
      assert.deepEqual(app.errors, [])
    })

    for (const touchAfter of [0, 3600]) {
      it(`answers a request whose session was logged out meanwhile, with touchAfter: ${touchAfter}`, async (t) => {
        const slow = gate()
        const app = await start(t, { setup, store: { touchAfter }, routes: slow.routes })
        const browser = app.browser()
        const {
          body: { id },
        } = await browser.post('/login?user=Ada')

        const arrived = slow.arrived()
        const reading = browser.clone().get('/slow-read')
        await arrived
        assert.equal((await browser.post('/logout')).status, 200)
        slow.go()
        const { status, body } = await reading
        assert.equal(status, 200)
        assert.deepEqual(body, { user: 'Ada' })
        assert.deepEqual(app.errors, [])
        assert.equal(await app.collection.findOne({ _id: id }), null, 'the logout was undone')
      })
    }

    it('answers a request whose session expired meanwhile, and does not revive it', async (t) => {
      const slow = gate()
      const app = await start(t, {
        setup,
        store: { autoRemove: 'disabled' },
        session: { cookie: { maxAge: 1000 } },
        routes: slow.routes,
      })
      const browser = app.browser()
      const {
        body: { id },
      } = await browser.post('/login?user=Ada')

      const arrived = slow.arrived()
      const reading = browser.get('/slow-read')
      await arrived
      const document = await app.collection.findOne({ _id: id })
      await until('the end of the session', () => document.expires < new Date())
      slow.go()
      assert.equal((await reading).status, 200)
      assert.deepEqual(await app.collection.findOne({ _id: id }), document)
      assert.deepEqual(app.errors, [])
    })
  })
}
