'use strict'

// Encrypted sessions over HTTP: people log in, come back and log out, even while a format or a key changes.

const assert = require('node:assert/strict')
const { describe, it } = require('node:test')
const { SETUPS, useApps } = require('../helpers/app.js')

const start = useApps()
const key = (id) => ({ id, secret: id.repeat(32) })

const CONFIGURATIONS = {
  crypto: { crypto: { secret: 'AB12!@squirrel' } },
  secret: { secret: 'squirrel' },
  encryption: { encryption: { keys: [key('b'), key('a')] } },
  'encryption with hashIds and touchAfter': { encryption: { keys: [key('b')], hashIds: true }, touchAfter: 3600 },
}

for (const setup of SETUPS) {
  for (const [name, store] of Object.entries(CONFIGURATIONS)) {
    // Each of these two belongs to one style.
    if (name === (setup.name.endsWith('MongoStore.create') ? 'secret' : 'crypto')) continue
    describe(`${setup.name}, ${name}`, () => {
      it('remembers who logged in, and stores nothing that can be read', async (t) => {
        const app = await start(t, { setup, store })
        const browser = app.browser()
        const {
          body: { id },
        } = await browser.post('/login?user=Ada%20Lovelace')
        for (const count of [1, 2, 3]) assert.equal((await browser.post('/count')).body.count, count)
        assert.equal((await browser.get('/me')).body.user, 'Ada Lovelace')
        const [document, ...others] = await app.collection.find().toArray()
        assert.equal(others.length, 0)
        assert.doesNotMatch(JSON.stringify(document.session), /Lovelace|cookie/)
        assert.equal(document._id === id, !store.encryption?.hashIds)
        assert.equal((await browser.post('/logout')).status, 200)
        assert.equal(await app.collection.countDocuments(), 0)
        assert.equal((await browser.get('/me')).body.user, null)
        assert.deepEqual(app.errors, [])
      })

      it('a changed record is an error for its owner only', async (t) => {
        const app = await start(t, { setup, store })
        const [ada, bob] = [app.browser(), app.browser()]
        await ada.post('/login?user=Ada')
        const [{ _id }] = await app.collection.find().toArray()
        await bob.post('/login?user=Bob')
        await app.collection.updateOne({ _id }, { $set: { session: '{"cookie":{},"user":"Eve"}' } })
        assert.equal((await ada.get('/me')).status, 500)
        assert.equal((await bob.get('/me')).body.user, 'Bob')
        assert.equal(app.errors[0].code, 'ERR_SESSION_FORMAT')
      })

      it("onDecryptError: 'new-session' lets its owner log in again", async (t) => {
        const app = await start(t, { setup, store: { ...store, onDecryptError: 'new-session' } })
        const browser = app.browser()
        await browser.post('/login?user=Ada')
        await app.collection.updateMany({}, { $set: { session: '{"cookie":{},"user":"Eve"}' } })
        assert.equal((await browser.get('/me')).body.user, null)
        await browser.post('/login?user=Ada')
        assert.equal((await browser.get('/me')).body.user, 'Ada')
        assert.deepEqual(app.errors, [])
      })
    })
  }
}
