'use strict'

// When and how often a session is written, depending on express-session's options, touchAfter and explicit calls. The
// server itself counts the writes.

const assert = require('node:assert/strict')
const { describe, it } = require('node:test')
const { SETUPS, useApps } = require('../helpers/app.js')
const { until } = require('../helpers/wait.js')

const start = useApps()

/** Logs in. Resolves with the browser and the session's document. */
async function loggedIn(app) {
  const browser = app.browser()
  const {
    body: { id },
  } = await browser.post('/login?user=Ada')
  return { browser, id, document: await app.collection.findOne({ _id: id }) }
}

const addSave = (app) => {
  app.post('/save', (req, res, next) => {
    req.session.saves = (req.session.saves ?? 0) + 1
    req.session.save((error) => (error ? next(error) : res.json({})))
  })
  app.post('/save-unchanged', (req, res, next) => {
    req.session.save((error) => (error ? next(error) : res.json({})))
  })
}

for (const setup of SETUPS) {
  describe(setup.name, () => {
    it('does not store an empty session with saveUninitialized: false', async (t) => {
      const app = await start(t, { setup, session: { saveUninitialized: false } })
      const { setCookie } = await app.browser().get('/me')
      assert.deepEqual(setCookie, [])
      assert.equal(await app.collection.countDocuments(), 0)
    })

    it('stores every session with saveUninitialized: true', async (t) => {
      const app = await start(t, { setup, session: { saveUninitialized: true } })
      const browser = app.browser()
      const { setCookie } = await browser.get('/health')
      assert.equal(setCookie.length, 1)
      assert.equal(await app.collection.countDocuments(), 1)
      assert(await app.collection.findOne({ _id: (await browser.get('/me')).body.id }))
    })

    it('only moves the expiry of an unchanged session with resave: false', async (t) => {
      const app = await start(t, { setup, session: { resave: false } })
      const { browser, id, document } = await loggedIn(app)
      await app.collection.updateOne({ _id: id }, { $set: { foreign: 1 } })
      const writes = await app.watchWrites()
      await until('a later expiry', async () => {
        await browser.get('/health')
        return (await app.collection.findOne({ _id: id })).expires > document.expires
      })
      const touched = await app.collection.findOne({ _id: id })
      assert.equal(touched.session, document.session)
      assert.equal(touched.foreign, 1)
      await writes()
      await browser.get('/health')
      assert.equal(await writes(), 1)
    })

    it('stores an unchanged session again with resave: true', async (t) => {
      const app = await start(t, { setup, session: { resave: true } })
      const { browser, id } = await loggedIn(app)
      await app.collection.updateOne(
        { _id: id },
        { $set: { session: JSON.stringify({ cookie: {}, user: 'Ada', by: 'us' }) } },
      )
      const sets = []
      app.store.on('set', (sid) => sets.push(sid))
      await browser.get('/health')
      assert.deepEqual(sets, [id])
      assert.equal(JSON.parse((await app.collection.findOne({ _id: id })).session).by, 'us')
    })

    it('renews cookie and document with each response with rolling: true', async (t) => {
      const app = await start(t, { setup, session: { rolling: true } })
      const { browser, id, document } = await loggedIn(app)
      await until('a later expiry', async () => {
        const { setCookie } = await browser.get('/health')
        assert.equal(setCookie.length, 1)
        return (await app.collection.findOne({ _id: id })).expires > document.expires
      })
    })

    it('does not write an unchanged session within touchAfter', async (t) => {
      const app = await start(t, { setup, store: { touchAfter: 3600 } })
      const { browser, id, document } = await loggedIn(app)
      assert(document.lastModified instanceof Date)
      const writes = await app.watchWrites()
      for (let n = 0; n < 3; n += 1) {
        const { body, setCookie } = await browser.get('/me')
        assert.deepEqual(body, { id, user: 'Ada' })
        assert.deepEqual(setCookie, [])
      }
      assert.equal(await writes(), 0)
      assert.deepEqual(await app.collection.findOne({ _id: id }), document)
    })

    it('writes once when touchAfter has passed, and not again', async (t) => {
      const app = await start(t, { setup, store: { touchAfter: 3600 } })
      const { browser, id, document } = await loggedIn(app)
      const old = new Date(Date.now() - 7_200_000)
      await app.collection.updateOne({ _id: id }, { $set: { lastModified: old } })
      const writes = await app.watchWrites()
      await browser.get('/me')
      await browser.get('/me')
      assert.equal(await writes(), 1)
      const touched = await app.collection.findOne({ _id: id })
      assert(touched.lastModified > old)
      assert(touched.expires >= document.expires)
    })

    it('writes a changed session at once, also within touchAfter', async (t) => {
      const app = await start(t, { setup, store: { touchAfter: 3600 } })
      const { browser, id } = await loggedIn(app)
      const writes = await app.watchWrites()
      await browser.post('/count')
      assert.equal(await writes(), 1)
      const stored = JSON.parse((await app.collection.findOne({ _id: id })).session)
      assert.equal(stored.count, 1)
      assert.equal(stored.lastModified, undefined)
    })

    for (const [path, cookies] of [
      ['/save', 1],
      ['/save-unchanged', 0],
    ]) {
      it(`POST ${path} writes once within touchAfter, with ${cookies} Set-Cookie`, async (t) => {
        const app = await start(t, { setup, store: { touchAfter: 3600 }, routes: addSave })
        const { browser } = await loggedIn(app)
        const writes = await app.watchWrites()
        const { setCookie } = await browser.post(path)
        assert.equal(setCookie.length, cookies)
        assert.equal(await writes(), 1)
      })
    }

    it('has stored the session when req.session.save calls back', async (t) => {
      const app = await start(t, {
        setup,
        routes: (express, collection) =>
          express.post('/save-and-look', (req, res, next) => {
            req.session.user = 'Grace'
            req.session.save(async (error) => {
              if (error) return next(error)
              const document = await collection.findOne({ _id: req.sessionID })
              res.json({ user: JSON.parse(document.session).user })
            })
          }),
      })
      assert.deepEqual((await app.browser().post('/save-and-look')).body, { user: 'Grace' })
    })

    it('reads what others have stored meanwhile when the session is reloaded', async (t) => {
      const app = await start(t, {
        setup,
        routes: (express, collection) =>
          express.get('/reload', async (req, res, next) => {
            const changed = JSON.stringify({ cookie: req.session.cookie, user: 'Grace' })
            await collection.updateOne({ _id: req.sessionID }, { $set: { session: changed } })
            req.session.reload((error) => (error ? next(error) : res.json({ user: req.session.user })))
          }),
      })
      const { browser } = await loggedIn(app)
      assert.deepEqual((await browser.get('/reload')).body, { user: 'Grace' })
      assert.equal((await browser.get('/me')).body.user, 'Grace')
    })

    it('tells the application when a session to reload is gone', async (t) => {
      const app = await start(t, {
        setup,
        routes: (express, collection) =>
          express.get('/reload', async (req, res) => {
            await collection.deleteOne({ _id: req.sessionID })
            req.session.reload((error) => res.json({ message: error.message }))
          }),
      })
      const { browser } = await loggedIn(app)
      assert.deepEqual((await browser.get('/reload')).body, { message: 'failed to load session' })
    })

    it('never returns an expired session, though its document is still there', async (t) => {
      const app = await start(t, { setup, store: { autoRemove: 'disabled' } })
      const { browser, id } = await loggedIn(app)
      const past = new Date(Date.now() - 1000)
      await app.collection.updateOne({ _id: id }, { $set: { expires: past } })

      const { body } = await browser.get('/me')
      assert.equal(body.user, null)
      assert.notEqual(body.id, id)
      assert.deepEqual((await app.collection.findOne({ _id: id })).expires, past)
      assert.deepEqual(app.errors, [])
    })

    it('lets a session expire with its cookie', async (t) => {
      const app = await start(t, { setup, store: { autoRemove: 'disabled' }, session: { cookie: { maxAge: 300 } } })
      const { browser, id } = await loggedIn(app)
      await until(
        'the end of the session',
        async () => (await app.collection.findOne({ _id: id })).expires < new Date(),
      )
      assert.equal((await browser.get('/me')).body.user, null)
      assert(await app.collection.findOne({ _id: id }))
    })

    it('keeps a session of the browser as long as the ttl says', async (t) => {
      const app = await start(t, { setup, store: { ttl: 600 }, session: { cookie: { maxAge: null } } })
      const { browser, document } = await loggedIn(app)
      const left = document.expires - Date.now()
      assert(left > 0 && left <= 600_000)
      assert.equal((await browser.get('/me')).body.user, 'Ada')
    })
  })
}
