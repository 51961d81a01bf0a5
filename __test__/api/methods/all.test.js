'use strict'

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { refusesBadCallbacks } = require('../../helpers/bad-input.js')
const { HOUR, eachStyle, gives, recordEvents, useStores, withCallback } = require('../../helpers/stores.js')

const server = useStores()
const inAnHour = () => new Date(Date.now() + HOUR)

eachStyle(({ style, isFactory }) => {
  test('all gives an array of the live sessions, without their ids', async (t) => {
    const { store, collection } = server.open(t, {}, style)
    await store.set('set', { a: 1 })
    await collection.insertMany([
      { _id: 'future', session: '{"a":2}', expires: inAnHour() },
      { _id: 'absent', session: '{"a":3}' },
      { _id: 'past', session: '{"a":4}', expires: new Date(Date.now() - 1000) },
      { _id: 'null', session: '{"a":5}', expires: null },
      { _id: 'text', session: '{"a":6}', expires: inAnHour().toISOString() },
    ])
    const sessions = await gives(store, 'all')
    assert.ok(Array.isArray(sessions))
    assert.deepEqual(sessions.map(({ a }) => a).sort(), [1, 2, 3])
  })

  test('all gives an empty array when there is no session, or no collection', async (t) => {
    const { store, collection } = server.open(t, {}, style)
    assert.deepEqual(await gives(store, 'all'), [])
    await collection.insertOne({ _id: 'past', session: '{}', expires: new Date(0) })
    assert.deepEqual(await gives(store, 'all'), [])
  })

  test('all gives more sessions than the server puts into one answer', async (t) => {
    const { store, collection } = server.open(t, {}, style)
    const count = 1234
    await collection.insertMany(
      Array.from({ length: count }, (_, number) => ({
        _id: `id-${number}`,
        session: JSON.stringify({ number, text: 'x'.repeat(20_000) }),
      })),
    )
    const numbers = (await store.all()).map(({ number }) => number)
    assert.deepEqual(
      numbers.sort((one, other) => one - other),
      Array.from({ length: count }, (_, number) => number),
    )
  })

  test('all reads sessions stored as text and as documents', async (t) => {
    const { store, collection } = server.open(t, {}, style)
    await collection.insertMany([
      { _id: '1', session: '{"a":1}' },
      { _id: '2', session: { a: 2 } },
    ])
    assert.deepEqual((await store.all()).map(({ a }) => a).sort(), [1, 2])
  })

  test('all gives a list that was stored as one session, also after a hook that answers later', async (t) => {
    const lists = ['["a","b"]', '[]']
    for (const options of [{}, { unserialize: JSON.parse }, { unserialize: async (text) => JSON.parse(text) }]) {
      const { store, collection } = server.open(t, options, style)
      await collection.insertMany(lists.map((session, n) => ({ _id: String(n), session })))
      assert.deepEqual(await store.all(), [['a', 'b'], []])
    }
  })

  test('all emits its event with the array, before it answers', async (t) => {
    const { store } = server.open(t, {}, style)
    await store.set('s', { a: 1 })
    const events = recordEvents(store, ['all'])
    const {
      results: [, sessions],
      returned,
    } = await withCallback(store, 'all')
    assert.deepEqual(events, [['all', [{ a: 1 }]]])
    assert.equal(events[0][1], sessions)
    assert.equal(await returned, isFactory ? sessions : undefined)
  })
})

refusesBadCallbacks(server, 'all')
