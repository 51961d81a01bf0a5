'use strict'

// Applications with the genuine connect-mongodb-session, moved as the page says.

const assert = require('node:assert/strict')
const { once } = require('node:events')
const { describe, it } = require('node:test')
const genuine = require('connect-mongodb-session')
const session = require('express-session')
const { ObjectId } = require('mongodb')
const { Browser } = require('../helpers/browser.js')
const { call } = require('../helpers/genuine.js')
const { MODERN, aSession, useStores } = require('../helpers/stores.js')
const { warningsOfStores } = require('../helpers/warnings.js')
const { answer, installApplication, logIn, place, runToEnd, startApplication } = require('./helpers/applications.js')
const { application, program } = require('./helpers/page.js')

const CHAPTER = 'connect-mongodb-session'
const stores = useStores()

for (const release of [2, 3, 4, 5]) {
  describe(`An application with connect-mongodb-session ${release}`, () => {
    it('is changed as the page says, and nobody is logged out, there and back and side by side', async (t) => {
      const { mongoUrl: url, db } = stores.place()
      const folder = await installApplication('from-connect-mongodb-session')
      const before = application(CHAPTER, 'new MongoDBStore')
      const source = before.source.replace("'connect-mongodb-session'", `'connect-mongodb-session-${release}'`)
      const file = place(folder, { file: `before-${release}.cjs`, source })
      const now = place(folder, { file: 'now.cjs', source: application(CHAPTER, 'MongoStore.create').source })

      const old = await startApplication(t, { folder, file, url })
      const ann = new Browser(old.origin)
      const id = await logIn(ann, 'ann')
      const changed = await startApplication(t, { folder, file: now, url })
      assert.deepEqual(await answer(ann.clone(changed.origin).get('/me')), { id, user: 'ann' })
      for (const count of [1, 2, 3, 4]) {
        const { origin } = count % 2 === 0 ? old : changed
        assert.deepEqual(await answer(ann.clone(origin).post('/count')), { id, count })
      }
      assert.equal(await db.collection('mySessions').countDocuments({ _id: id }), 1)
      await answer(ann.clone(changed.origin).post('/logout'))
      assert.equal((await answer(ann.get('/me'))).user, null)
      await old.stop()
      await changed.stop()
    })
  })
}

describe('Sessions of connect-mongodb-session', () => {
  /** A store of the genuine package, and ours, for one collection. */
  async function both(t, options) {
    const { store, collection, mongoUrl } = stores.open(t, { autoRemove: 'native', ...options })
    const theirs = new (genuine(session))({ uri: mongoUrl, collection: collection.collectionName })
    t.after(() => theirs.client.close())
    await once(theirs._emitter, 'connected')
    return { theirs, ours: store, collection }
  }
  const VALUES = { at: new Date('2026-01-02T03:04:05Z'), id: new ObjectId(), none: undefined, list: [1, 'two'] }

  it('are the same when this store reads them', async (t) => {
    const { theirs, ours } = await both(t, { stringify: false })
    await call(theirs, 'set', 'a', aSession(VALUES))
    assert.deepEqual(await ours.get('a'), await call(theirs, 'get', 'a'))
  })

  it('keep their dates and ids with stringify: false', async (t) => {
    const { theirs, ours } = await both(t, { stringify: false })
    await call(theirs, 'set', 'a', aSession(VALUES))
    await ours.set('a', await ours.get('a'))
    const { at, id } = await call(theirs, 'get', 'a')
    assert.deepEqual([at, id], [VALUES.at, VALUES.id])
  })

  it('become text without stringify: false, which the other store does not read', async (t) => {
    const { theirs, ours } = await both(t)
    await call(theirs, 'set', 'a', aSession(VALUES))
    assert.deepEqual((await ours.get('a')).at, VALUES.at)
    await ours.set('a', await ours.get('a'))
    assert.equal((await ours.get('a')).at, VALUES.at.toISOString())
    assert.equal(typeof (await call(theirs, 'get', 'a')), 'string')
  })

  it('have one TTL index for both stores', async (t) => {
    const { ours, collection } = await both(t, { stringify: false })
    await ours.set('a', aSession())
    const indexes = (await collection.indexes()).filter(({ key }) => key.expires)
    assert.deepEqual(
      indexes.map(({ name, expireAfterSeconds }) => ({ name, expireAfterSeconds })),
      [{ name: 'expires_1', expireAfterSeconds: 0 }],
    )
  })

  it('keep a TTL index that waits for expiresAfterSeconds, without a warning', async () => {
    const { mongoUrl, db } = stores.place()
    await db.collection('sessions').createIndex({ expires: 1 }, { expireAfterSeconds: 60 })
    assert.deepEqual(await warningsOfStores(MODERN, { mongoUrl }), [])
    const [, index] = await db.collection('sessions').indexes()
    assert.equal(index.expireAfterSeconds, 60)
  })

  it('can be copied where idField and expiresKey have other names', async (t) => {
    const { mongoUrl, db, dbName } = stores.place()
    const theirs = new (genuine(session))({
      uri: mongoUrl,
      collection: 'mySessions',
      idField: 'sid',
      expiresKey: 'endsAt',
    })
    t.after(() => theirs.client.close())
    for (const sid of ['a', 'b', 'c']) await call(theirs, 'set', sid, aSession({ sid }))
    await db.collection('mySessions').updateOne({ sid: 'c' }, { $set: { endsAt: new Date(0) } })
    const { store } = stores.open(t, { mongoUrl, dbName, collectionName: 'sessions', stringify: false })
    await store.set('b', aSession({ sid: 'newer' }))

    const folder = await installApplication('from-connect-mongodb-session')
    await runToEnd({ folder, file: 'copy.mjs', source: program(CHAPTER, '$merge'), url: mongoUrl })
    assert.equal((await store.get('a')).sid, 'a')
    assert.equal((await store.get('b')).sid, 'newer')
    assert.equal(await store.get('c'), null)
    const [{ expires }, { endsAt }] = [
      await db.collection('sessions').findOne({ _id: 'a' }),
      await db.collection('mySessions').findOne({ sid: 'a' }),
    ]
    assert.deepEqual(expires, endsAt)
  })
})
