'use strict'

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { refusesBadCallbacks } = require('../../helpers/bad-input.js')
const { eachStyle, gives, resultsOf, useStores, withCallback } = require('../../helpers/stores.js')

const server = useStores()

eachStyle(({ style, isFactory }) => {
  test('length gives the number of stored sessions', async (t) => {
    const { store } = server.open(t, {}, style)
    assert.equal(await gives(store, 'length'), 0)
    await Promise.all(['a', 'b', 'c'].map((sid) => store.set(sid, {})))
    assert.equal(await gives(store, 'length'), 3)
    await store.destroy('a')
    assert.equal(await gives(store, 'length'), 2)
  })

  test('length counts sessions that have expired and are not removed yet', async (t) => {
    const { store, collection } = server.open(t, {}, style)
    await collection.insertMany([{ expires: new Date(0), session: '{}' }, { expires: null }, { session: '{bad' }])
    assert.equal(await gives(store, 'length'), 3)
    assert.deepEqual(await store.all().catch(() => []), [])
  })

  test(`length gives ${isFactory ? 'no number' : 'the number 0'} beside an error`, async (t) => {
    const { store } = server.open(t, {}, style)
    await store.close()
    const [error, ...values] = await resultsOf(store, 'length')
    assert.ok(error instanceof Error)
    assert.deepEqual(values, isFactory ? [] : [0])
  })

  test(`length returns ${isFactory ? 'a promise also beside' : 'no promise beside'} a callback`, async (t) => {
    const { store } = server.open(t, {}, style)
    const { returned } = await withCallback(store, 'length')
    assert.equal(await returned, isFactory ? 0 : undefined)
  })
})

refusesBadCallbacks(server, 'length')
