'use strict'

// What a store inherits from express-session's Store: regenerate, load, createSession, and the middleware's generate.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const session = require('express-session')
const { refusesBadIds } = require('../../helpers/bad-input.js')
const { aSession, eachStyle, fails, resultsOf, useStores } = require('../../helpers/stores.js')

const server = useStores()

/** Gives the store the method that the middleware assigns. It creates a new session for a request. */
function withGenerate(store) {
  session({ secret: 'the secret of a test', store, resave: false, saveUninitialized: false, genid: () => 'new' })
  return store
}

eachStyle(({ style, missing }) => {
  test('a store is a Store of express-session', (t) => {
    const { store } = server.open(t, {}, style)
    assert.ok(store instanceof session.Store)
    for (const method of ['regenerate', 'load', 'createSession', 'on', 'emit'])
      assert.equal(typeof store[method], 'function')
  })

  test('the middleware assigns generate to a store', (t) => {
    const { store } = server.open(t, {}, style)
    assert.equal(store.generate, undefined)
    const request = {}
    withGenerate(store).generate(request)
    assert.equal(request.sessionID, 'new')
    assert.ok(request.session.cookie instanceof session.Cookie)
  })

  test('regenerate removes the session of a request, and makes a new one', async (t) => {
    const { store } = server.open(t, {}, style)
    withGenerate(store)
    for (const regenerate of [
      (request) => resultsOf(store, 'regenerate', request),
      (request) => store.regenerate(request),
    ]) {
      await store.set('old', { a: 1 })
      const request = { sessionID: 'old' }
      await regenerate(request)
      assert.equal(await store.get('old'), missing)
      assert.equal(request.sessionID, 'new')
      assert.ok(request.session)
    }
  })

  test('regenerate passes on the error when the old session cannot be removed', async (t) => {
    const { store } = server.open(t, {}, style)
    withGenerate(store)
    const request = () => ({ sessionID: { $gt: '' } })
    assert.match((await resultsOf(store, 'regenerate', request()))[0].message, /session id must be a string/)
    await assert.rejects(store.regenerate(request()), /session id must be a string/)
  })

  test('load gives a Session, with the cookie as a Cookie', async (t) => {
    const { store } = server.open(t, {}, style)
    const stored = aSession({ a: 1 })
    await store.set('s', stored)
    const [error, called] = await resultsOf(store, 'load', 's')
    assert.equal(error, null)
    for (const loaded of [called, await store.load('s')]) {
      assert.ok(loaded instanceof session.Session)
      assert.ok(loaded.cookie instanceof session.Cookie)
      assert.deepEqual(loaded.cookie.expires, stored.cookie.expires)
      assert.equal(loaded.cookie.originalMaxAge, stored.cookie.originalMaxAge)
      assert.equal(loaded.id, 's')
      assert.equal(loaded.a, 1)
    }
  })

  test('a loaded session can be saved, touched, reloaded and destroyed', async (t) => {
    const { store } = server.open(t, {}, style)
    await store.set('s', aSession({ a: 1 }))
    const loaded = await store.load('s')
    const done = (method) =>
      new Promise((resolve, reject) => {
        loaded[method]((error) => (error ? reject(error) : resolve()))
      })
    loaded.a = 2
    await done('save')
    assert.equal((await store.get('s')).a, 2)
    loaded.touch()
    await done('reload')
    await done('destroy')
    assert.equal(await store.get('s'), missing)
  })

  test('load gives nothing for a session that is not there', async (t) => {
    const { store } = server.open(t, {}, style)
    assert.deepEqual(await resultsOf(store, 'load', 'nobody'), [])
    assert.equal(await store.load('nobody'), undefined)
  })

  test('load answers with an error for a session that cannot be read', async (t) => {
    const { store, collection } = server.open(t, {}, style)
    await collection.insertOne({ _id: 's', session: '{bad' })
    await fails(store, 'load', ['s'], /not valid JSON/)
  })

  test('load answers with an error for a session that has no cookie', async (t) => {
    const { store } = server.open(t, {}, style)
    for (const withoutCookie of [{ a: 1 }, { cookie: null }]) {
      await store.set('s', withoutCookie)
      await fails(store, 'load', ['s'], Error)
    }
  })

  test('createSession makes the cookie of a session a Cookie with a Date, and keeps its maximal age', (t) => {
    const { store } = server.open(t, {}, style)
    const expires = new Date(Date.now() + 1000)
    for (const date of [expires, expires.toISOString()]) {
      const request = { sessionID: 's', sessionStore: store }
      const created = store.createSession(request, { cookie: { expires: date, originalMaxAge: 60_000 }, a: 1 })
      assert.equal(request.session, created)
      assert.ok(created.cookie instanceof session.Cookie)
      assert.deepEqual(created.cookie.expires, expires)
      assert.equal(created.cookie.originalMaxAge, 60_000)
    }
  })
})

refusesBadIds(server, 'load')
