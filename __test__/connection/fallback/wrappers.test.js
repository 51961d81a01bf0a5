'use strict'

// Packages that give a newer driver the methods of an older one. A store that works through them reads whole sessions.

const assert = require('node:assert/strict')
const dns = require('node:dns')
const { test } = require('node:test')
const { eachStyle, make, useStores } = require('../../helpers/stores.js')

const server = useStores()

/** The obstacle keeps the store from connections of its own. */
const options = { lookup: dns.lookup }

eachStyle(({ style, missing }) => {
  for (const name of ['emulate-mongo-2-driver', 'mongodb-legacy']) {
    for (const option of ['client', 'db']) {
      test(`every method works through a ${option} of ${name}`, async (t) => {
        const { MongoClient } = require(name)
        const { mongoUrl, db } = server.place()
        const client = new MongoClient(mongoUrl, options)
        t.after(() => client.close())
        await client.connect()
        const store = make(style, { [option]: option === 'db' ? client.db() : client, autoRemove: 'disabled' })
        t.after(() => store.close())

        assert.equal(await store.get('s'), missing)
        const created = new Promise((resolve) => store.once('create', resolve))
        await store.set('s', { cookie: {}, a: 1 })
        assert.equal(await created, 's')
        assert.deepEqual(await store.get('s'), { cookie: {}, a: 1 })
        await store.touch('s', { cookie: { expires: new Date(Date.now() + 60_000) } })
        assert.deepEqual(await store.all(), [{ cookie: {}, a: 1 }])
        assert.equal(await store.length(), 1)
        await store.destroy('s')
        await store.set('other', { cookie: {} })
        await store.clear()
        assert.equal(await db.collection('sessions').countDocuments(), 0)
      })
    }
  }
})
