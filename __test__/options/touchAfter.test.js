'use strict'

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { HOUR, aSession, eachStyle, gives, resultsOf, useStores } = require('../helpers/stores.js')

const server = useStores()
const ago = (milliseconds) => new Date(Date.now() - milliseconds)
const laterSession = (data) => ({ cookie: { expires: new Date(Date.now() + 2 * HOUR) }, ...data })

eachStyle(({ style, missing }) => {
  test('with touchAfter, set notes in the document when it was written, and get gives that as lastModified', async (t) => {
    const { store, collection } = server.open(t, { touchAfter: 60 }, style)
    const before = new Date()
    await store.set('s', aSession({ a: 1 }))
    const { lastModified, session } = await collection.findOne({ _id: 's' })
    assert.ok(lastModified >= before && lastModified <= new Date())
    assert.equal('lastModified' in JSON.parse(session), false)
    const found = await store.get('s')
    assert.deepEqual(found.lastModified, lastModified)
    assert.ok(Object.keys(found).includes('lastModified'))
  })

  test('without touchAfter, there is no lastModified, and each touch is written', async (t) => {
    for (const touchAfter of [undefined, null, 0, '0', -5]) {
      const { store, collection } = server.open(t, { touchAfter }, style)
      await store.set('s', aSession())
      assert.equal('lastModified' in (await collection.findOne({ _id: 's' })), false)
      assert.equal('lastModified' in (await store.get('s')), false)
      const session = laterSession({ lastModified: new Date() })
      await store.touch('s', session)
      const { expires, ...others } = await collection.findOne({ _id: 's' })
      assert.deepEqual(expires, session.cookie.expires)
      assert.equal('lastModified' in others, false)
    }
  })

  test('a session that was written less than touchAfter seconds ago is not touched', async (t) => {
    const { store, collection } = server.open(t, { touchAfter: 60 }, style)
    await store.set('s', aSession())
    const before = await collection.findOne({ _id: 's' })
    const { lastModified } = await store.get('s')
    for (const date of [lastModified, ago(50_000), ago(50_000).toISOString(), ago(50_000).getTime()]) {
      assert.equal(await gives(store, 'touch', 's', laterSession({ lastModified: date })), undefined)
      assert.equal((await resultsOf(store, 'touch', 's', laterSession({ lastModified: date })))[0], null)
    }
    assert.deepEqual(await collection.findOne({ _id: 's' }), before)
  })

  test('a session that was written longer ago is touched, and noted as written now', async (t) => {
    const { store, collection } = server.open(t, { touchAfter: '60' }, style)
    for (const lastModified of [ago(61_000), ago(61_000).toISOString(), ago(61_000).getTime()]) {
      await store.set('s', aSession({ a: 1 }))
      const before = new Date()
      const session = laterSession({ lastModified })
      await store.touch('s', session)
      const document = await collection.findOne({ _id: 's' })
      assert.deepEqual(document.expires, session.cookie.expires)
      assert.ok(document.lastModified >= before)
      assert.equal(JSON.parse(document.session).a, 1)
    }
  })

  test('a session that was stored before touchAfter was in use is touched, and noted then', async (t) => {
    const { store, collection } = server.open(t, { touchAfter: 60 }, style)
    await collection.insertOne({ _id: 's', session: '{"cookie":{}}', expires: new Date(Date.now() + HOUR) })
    const session = await store.get('s')
    assert.equal('lastModified' in session, false)
    await store.touch('s', session)
    assert.ok((await collection.findOne({ _id: 's' })).lastModified instanceof Date)
    assert.ok((await store.get('s')).lastModified instanceof Date)
  })

  test('a touch is written when lastModified is not a date', async (t) => {
    const { store, collection } = server.open(t, { touchAfter: 60 }, style)
    await store.set('s', aSession())
    for (const lastModified of [null, '', 0, 'never', {}, NaN, new Date(NaN)]) {
      await store.set('s', aSession())
      const session = laterSession({ lastModified })
      await store.touch('s', session)
      assert.deepEqual((await collection.findOne({ _id: 's' })).expires, session.cookie.expires, String(lastModified))
    }
  })

  test('a session that was written in the future, by a clock that was set back since, is touched', async (t) => {
    const { store, collection } = server.open(t, { touchAfter: 60 }, style)
    await store.set('s', aSession())
    const future = new Date(Date.now() + HOUR)
    await collection.updateOne({ _id: 's' }, { $set: { lastModified: future } })
    const session = await store.get('s')
    await store.touch('s', Object.assign(session, laterSession()))
    const document = await collection.findOne({ _id: 's' })
    assert.deepEqual(document.expires, session.cookie.expires)
    assert.ok(document.lastModified < future)
  })

  test('set leaves lastModified on the live session, so that express-session sees no change in it', async (t) => {
    const { store } = server.open(t, { touchAfter: 60 }, style)
    await store.set('s', aSession())
    const session = store.createSession({ sessionID: 's', sessionStore: store }, await store.get('s'))
    const before = JSON.stringify(session)
    await store.set('s', session)
    assert.equal(JSON.stringify(session), before)
    assert.ok(session.lastModified instanceof Date)
  })

  test('set stores a frozen session', async (t) => {
    const { store, collection } = server.open(t, { touchAfter: 60 }, style)
    const session = Object.freeze({ ...aSession({ a: 1 }), lastModified: ago(1000) })
    await store.set('s', session)
    assert.deepEqual(Object.keys(JSON.parse((await collection.findOne({ _id: 's' })).session)), ['cookie', 'a'])
  })

  test('touch of a whole document, or of text, works as in connect-mongo', async (t) => {
    const { store, collection } = server.open(t, { touchAfter: 60 }, style)
    await store.set('s', aSession())
    const document = await collection.findOne({ _id: 's' })
    await store.touch('s', document)
    assert.deepEqual(await collection.findOne({ _id: 's' }), document)
    await store.touch('s', document.session)
    assert.ok((await collection.findOne({ _id: 's' })).expires > document.expires)
  })

  test('a touch that is skipped still checks its id and callback', async (t) => {
    const { store } = server.open(t, { touchAfter: 60 }, style)
    const fresh = laterSession({ lastModified: new Date() })
    await assert.rejects(store.touch(undefined, fresh), /session id must be a string/)
    await assert.rejects(store.touch('s', fresh, 5), /callback must be a function/)
    assert.match((await resultsOf(store, 'touch', { $gt: '' }, fresh))[0].message, /session id must be a string/)
  })

  test('touchAfter does not keep an expired session alive', async (t) => {
    const { store } = server.open(t, { touchAfter: 60 }, style)
    await store.set('s', { cookie: { expires: ago(1000) } })
    await store.touch('s', laterSession({ lastModified: new Date() }))
    assert.equal(await store.get('s'), missing)
  })

  test('a touchAfter that is no finite number is refused', (t) => {
    for (const touchAfter of [NaN, Infinity, '', 'a day', {}, true]) {
      assert.throws(() => server.open(t, { touchAfter }, style), { name: 'TypeError', message: /touchAfter/ })
    }
  })
})
