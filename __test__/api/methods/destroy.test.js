'use strict'

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { refusesBadCallbacks, refusesBadIds } = require('../../helpers/bad-input.js')
const { aSession, eachStyle, resultsOf, useStores, withCallback } = require('../../helpers/stores.js')

const server = useStores()

eachStyle(({ style, isFactory, missing }) => {
  test('destroy removes a session, and no other', async (t) => {
    const { store, collection } = server.open(t, {}, style)
    const ids = ['s', 's\0', 's\0b', 'S', 's ', 't']
    for (const id of ids) await store.set(id, aSession())
    await store.destroy('s')
    assert.equal(await store.get('s'), missing)
    assert.deepEqual((await collection.find().toArray()).map(({ _id }) => _id).sort(), ids.slice(1).sort())
  })

  test('destroy of a session that is not there is not an error', async (t) => {
    const { store } = server.open(t, {}, style)
    await store.destroy('nobody')
    assert.equal((await resultsOf(store, 'destroy', 'nobody'))[0], null)
  })

  test('destroy removes a session that has expired, too', async (t) => {
    const { store, collection } = server.open(t, {}, style)
    await collection.insertOne({ _id: 's', session: '{}', expires: new Date(0) })
    await store.destroy('s')
    assert.equal(await collection.countDocuments(), 0)
  })

  test('destroy can be called again and again', async (t) => {
    const { store } = server.open(t, {}, style)
    await store.set('s', aSession())
    await Promise.all(Array.from({ length: 20 }, () => store.destroy('s')))
    assert.equal(await store.get('s'), missing)
  })

  test(`destroy gives ${isFactory ? 'whether somebody listens to its event' : 'nothing but the absence of an error'}`, async (t) => {
    const { store } = server.open(t, {}, style)
    assert.deepEqual(await resultsOf(store, 'destroy', 's'), isFactory ? [null, false] : [null])
    assert.equal(await store.destroy('s'), isFactory ? false : undefined)
    store.on('destroy', () => {})
    assert.deepEqual(await resultsOf(store, 'destroy', 's'), isFactory ? [null, true] : [null])
    assert.equal(await store.destroy('s'), isFactory ? true : undefined)
  })

  test(`destroy returns ${isFactory ? 'a promise also beside' : 'no promise beside'} a callback`, async (t) => {
    const { store } = server.open(t, {}, style)
    const { returned } = await withCallback(store, 'destroy', 's')
    assert.equal(await returned, isFactory ? false : undefined)
    assert.equal(returned instanceof Promise, isFactory)
  })
})

refusesBadIds(server, 'destroy')
refusesBadCallbacks(server, 'destroy', 's')
