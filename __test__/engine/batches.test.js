'use strict'

// A batch answers each of its operations separately.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { useFaultyServer } = require('../helpers/faulty-server.js')
const { HOUR, aSession, recordEvents, useStores } = require('../helpers/stores.js')

const server = useStores()
/** A server that can be stopped. */
const own = useFaultyServer()
const range = (count) => Array.from({ length: count }, (_, n) => n)
/**
 * The limit for "a few". The addon sends up to three batches while the calls are made. The rest waits for one of them, and then
 * takes two batches at the most.
 */
const FEW = 5

/** A store on the server that can be stopped. `count(op)` tells how many commands the server has executed for it. */
async function profiled(t) {
  const { store, db, collection, appName } = await own.open(t)
  await db.setProfilingLevel('all')
  const count = (op) => db.collection('system.profile').countDocuments({ appName, op })
  return { store, collection, count }
}

test('a statement that the server refuses reaches its own caller only', async (t) => {
  const { dbName, mongoUrl, db } = server.place()
  await db.createCollection('sessions', { validator: { session: { $ne: '{"n":50}' } } })
  const { store } = server.open(t, { mongoUrl, dbName, collectionName: 'sessions' })
  for (const round of [1, 2]) {
    const results = await Promise.allSettled(range(100).map((n) => store.set(`s${n}`, { n })))
    for (const [n, { status, reason }] of results.entries()) {
      assert.equal(status, n === 50 ? 'rejected' : 'fulfilled', `session ${n} in round ${round}: ${reason}`)
    }
    assert.equal(results[50].reason.name, 'MongoServerError')
    assert.equal(results[50].reason.code, 121)
  }
  assert.deepEqual(
    await Promise.all(range(100).map((n) => store.get(`s${n}`))),
    range(100).map((n) => (n === 50 ? null : { n })),
  )
  assert.deepEqual(store.stats().errors, { MongoServerError: 2 })
})

test('calls of one turn of the event loop travel in one batch, up to 32 operations', async (t) => {
  const { store } = await own.open(t)
  const batchesOf = async (count) => {
    // When this is answered, the lanes that have carried earlier calls are at rest.
    await store.length()
    const { batches } = store.stats()
    await own.whileStopped(() => range(count).map((n) => store.get(`s${n}`)))
    return store.stats().batches - batches
  }
  for (const count of [1, 2, 10, 32]) assert.equal(await batchesOf(count), 1, `${count} operations`)
  // More calls begin to travel before the turn ends.
  assert.ok((await batchesOf(60)) <= FEW)
})

test('timers that a test runner fakes do not hold up operations', async (t) => {
  const { store } = server.open(t)
  t.mock.method(globalThis, 'setImmediate', () => {
    throw new Error('this is not the event loop')
  })
  await store.set('a', { n: 1 })
  assert.deepEqual(await store.get('a'), { n: 1 })
})

test('a document whose text is not valid fails the read of its own caller only', async (t) => {
  const { store, collection } = server.open(t)
  await collection.insertMany(range(60).map((n) => ({ _id: `s${n}`, session: n === 30 ? '{' : JSON.stringify({ n }) })))
  const results = await Promise.allSettled(range(60).map((n) => store.get(`s${n}`)))
  assert.deepEqual(
    results.map(({ value }) => value?.n),
    range(60).map((n) => (n === 30 ? undefined : n)),
  )
  assert.equal(results[30].status, 'rejected')
})

test('touches of existing and of missing sessions in one batch each get their own answer', async (t) => {
  const { store, collection } = server.open(t)
  const live = { session: '{}', expires: new Date(Date.now() + HOUR) }
  await collection.insertMany(
    range(100)
      .filter((n) => n % 3 !== 0)
      .map((n) => ({ _id: `s${n}`, ...live })),
  )
  const results = await Promise.allSettled(range(100).map((n) => store.touch(`s${n}`, aSession())))
  results.forEach(({ status, reason }, n) =>
    assert.equal(status, n % 3 === 0 ? 'rejected' : 'fulfilled', reason?.message),
  )
})

test('a touch of a session whose expires is no date is the same alone and among others', async (t) => {
  const { store, collection } = server.open(t)
  const odd = [null, 'tomorrow', new Date(0), 5]
  await collection.insertMany(odd.map((expires, n) => ({ _id: `s${n}`, session: '{}', expires })))
  for (const n of odd.keys())
    await assert.rejects(store.touch(`s${n}`, aSession()), /Unable to find/, `alone: ${odd[n]}`)
  for (let round = 0; round < 5; round += 1) {
    const results = await Promise.allSettled(odd.map((_, n) => store.touch(`s${n}`, aSession())))
    assert.deepEqual(
      results.map(({ status }) => status),
      odd.map(() => 'rejected'),
    )
  }
})

test('1,000 random gets and sets at once over 50 sessions give each session its own data', async (t) => {
  const { store } = server.open(t)
  const latest = new Map()
  let seed = 7
  const random = (below) => (seed = (seed * 48_271) % 2_147_483_647) % below
  await Promise.all(
    range(1000).map(async (n) => {
      const sid = `s${random(50)}`
      if (random(2) === 0) {
        latest.set(sid, { sid, n })
        await store.set(sid, { sid, n })
        return
      }
      const known = latest.get(sid) ?? null
      assert.deepEqual(await store.get(sid), known)
    }),
  )
  for (const [sid, session] of latest) assert.deepEqual(await store.get(sid), session)
})

test('gets of one session at once are few commands', async (t) => {
  const { store, count } = await profiled(t)
  await store.set('s', { a: 1 })
  const sessions = await own.whileStopped(() => range(500).map(() => store.get('s')))
  assert.ok(sessions.every((session) => session.a === 1))
  const finds = await count('query')
  assert.ok(finds >= 1 && finds <= FEW, `${finds} commands for 500 gets`)
})

test('gets of many sessions at once are few commands', async (t) => {
  const { store, count } = await profiled(t)
  const missing = await own.whileStopped(() => range(1000).map((n) => store.get(`s${n}`)))
  assert.ok(missing.every((session) => session === null))
  const finds = await count('query')
  assert.ok(finds >= 1 && finds <= FEW, `${finds} commands for 1000 gets`)
})

test('sets of one session at once store the last one, create it once, and have an event each', async (t) => {
  const { store, collection, count } = await profiled(t)
  const events = recordEvents(store, ['create', 'update', 'set'])
  await own.whileStopped(() => range(300).map((n) => store.set('s', { n })))
  assert.deepEqual(JSON.parse((await collection.findOne({ _id: 's' })).session), { n: 299 })
  assert.deepEqual(
    events,
    range(300).flatMap((n) => [
      [n === 0 ? 'create' : 'update', 's'],
      ['set', 's'],
    ]),
  )
  const updates = await count('update')
  assert.ok(updates >= 1 && updates <= FEW, `${updates} statements for 300 sets`)
})
