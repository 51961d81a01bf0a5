'use strict'

// Calls on one session take effect in order, even if the caller awaits none of them.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { HOUR, aSession, eachStyle, recordEvents, useStores } = require('../helpers/stores.js')

const server = useStores()
const range = (count) => Array.from({ length: count }, (_, n) => n)

eachStyle(({ style, missing }) => {
  test('set, get, touch, destroy and get of one session, called at once', async (t) => {
    const { store } = server.open(t, {}, style)
    const events = recordEvents(store, ['create', 'update', 'set', 'touch', 'destroy'])
    const results = await Promise.all([
      store.get('s'),
      store.set('s', aSession({ n: 1 })),
      store.get('s'),
      store.touch('s', aSession()),
      store.destroy('s'),
      store.get('s'),
      store.set('s', aSession({ n: 2 })),
      store.set('s', aSession({ n: 3 })),
      store.get('s'),
    ])
    const gotten = [results[0], results[2], results[5], results[8]].map((session) => session?.n ?? session)
    assert.deepEqual(gotten, [missing, 1, missing, 3])
    assert.deepEqual(
      events.map(([name]) => name),
      ['create', 'set', 'touch', 'destroy', 'create', 'set', 'update', 'set'],
    )
  })

  test('many trains of calls at once, each in its own order', async (t) => {
    const { store } = server.open(t, {}, style)
    await Promise.all(
      range(40).map(async (sid) => {
        const gets = []
        for (const n of range(10)) {
          store.set(`s${sid}`, { sid, n })
          gets.push(store.get(`s${sid}`))
          store.destroy(`s${sid}`)
          gets.push(store.get(`s${sid}`))
        }
        assert.deepEqual(
          await Promise.all(gets),
          range(10).flatMap((n) => [{ sid, n }, missing]),
        )
      }),
    )
  })
})

test('a touch that was called after a destroy finds nothing', async (t) => {
  const { store } = server.open(t)
  await store.set('s', aSession())
  const destroyed = store.destroy('s')
  await assert.rejects(store.touch('s', aSession()), /Unable to find/)
  await destroyed
  assert.equal(await store.get('s'), null)
})

test('the last of many touches is stored', async (t) => {
  const { store, collection } = server.open(t)
  await store.set('s', aSession())
  const dates = range(50).map((n) => new Date(Date.now() + HOUR + n * 1000))
  await Promise.all(dates.map((expires) => store.touch('s', { cookie: { expires } })))
  assert.deepEqual((await collection.findOne({ _id: 's' })).expires, dates.at(-1))
})

test('length and all count what was called before them', async (t) => {
  const { store } = server.open(t)
  for (const round of range(5)) {
    for (const n of range(20)) store.set(`s${round}-${n}`, { n })
    const [length, all] = await Promise.all([store.length(), store.all()])
    assert.equal(length, 20 * (round + 1))
    assert.equal(all.length, 20 * (round + 1))
  }
})

test('clear removes what was called before it, and nothing that was called after it', async (t) => {
  const { store, collection } = server.open(t)
  for (const round of range(10)) {
    for (const n of range(30)) store.set(`before${n}`, { n })
    const cleared = store.clear()
    const between = store.get('before1')
    const after = range(30).map((n) => store.set(`after${n}`, { round }))
    assert.equal(await between, null)
    await Promise.all([cleared, ...after])
    assert.equal(await collection.countDocuments({ _id: /^after/, session: JSON.stringify({ round }) }), 30)
    assert.equal(await collection.countDocuments(), 30)
  }
})

test('length and all see what a clear that was called before them has left', async (t) => {
  const { store, collection } = server.open(t)
  for (const round of range(20)) {
    await collection.insertMany(range(2000).map((n) => ({ _id: `s${n}`, session: '{}' })))
    const [, length, all] = await Promise.all([store.clear(), store.length(), store.all()])
    assert.deepEqual([length, all.length], [0, 0], `round ${round}`)
  }
})

test('clears, sets and lengths in one go are carried out in their order', async (t) => {
  const { store, collection } = server.open(t)
  for (const round of range(10)) {
    const answers = [
      store.set('a', { round }),
      store.clear(),
      store.set('b', { round }),
      store.clear(),
      store.clear(),
      store.set('c', { round }),
      store.get('a'),
      store.get('b'),
      store.get('c'),
    ]
    assert.deepEqual((await Promise.all(answers)).slice(-3), [null, null, { round }])
    assert.deepEqual(
      (await collection.find().toArray()).map(({ _id }) => _id),
      ['c'],
    )
  }
})

// The next set replaces sets that are still unsent, so nobody knows whether an earlier one would have succeeded.
test('a set that the server refuses fails with those that it replaced, and with no other', async (t) => {
  const { dbName, mongoUrl, db } = server.place()
  await db.createCollection('sessions', { validator: { session: { $ne: '{"n":"bad"}' } } })
  const { store } = server.open(t, { mongoUrl, dbName, collectionName: 'sessions' })
  for (const sid of range(20)) {
    const results = await Promise.allSettled([
      store.set(`s${sid}`, { n: 0 }),
      store.set(`s${sid}`, { n: 1 }),
      store.set(`s${sid}`, { n: 2 }),
      store.set(`s${sid}`, { n: 'bad' }),
    ])
    const stored = results.findLastIndex(({ status }) => status === 'fulfilled')
    assert.deepEqual(
      results.map(({ status }) => status),
      results.map((_, n) => (n <= stored ? 'fulfilled' : 'rejected')),
    )
    assert.ok(stored < 3)
    assert.deepEqual(await store.get(`s${sid}`), stored < 0 ? null : { n: stored })
    await store.set(`s${sid}`, { n: 4 })
    assert.deepEqual(await store.get(`s${sid}`), { n: 4 })
  }
})
