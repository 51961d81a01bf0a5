'use strict'

// A batch answers each of its operations separately.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { HOUR, aSession, recordEvents, useStores } = require('../helpers/stores.js')

const server = useStores()
const range = (count) => Array.from({ length: count }, (_, n) => n)

/** A store on a database of its own. The server profiles its commands. */
async function profiled(t, options) {
  const { dbName, mongoUrl, db } = server.place()
  const opened = server.open(t, { mongoUrl, dbName, ...options })
  const { store } = opened
  await store.length()
  await db.setProfilingLevel('all')
  t.after(() => db.setProfilingLevel('off'))
  const commands = (filter) =>
    db
      .collection('system.profile')
      .find({ ns: `${dbName}.${store.collectionName}`, ...filter })
      .toArray()
  return { store, db, collection: db.collection(store.collectionName), commands }
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
  const { store } = server.open(t)
  await store.length()
  const batchesOf = async (count) => {
    const { batches } = store.stats()
    await Promise.all(range(count).map((n) => store.get(`s${n}`)))
    return store.stats().batches - batches
  }
  for (const count of [1, 2, 10, 32]) assert.equal(await batchesOf(count), 1, `${count} operations`)
  // More go as they come: how many at once depends on the speed of the machine.
  assert.ok((await batchesOf(60)) < 10)
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
  const { store, commands } = await profiled(t)
  await store.set('s', { a: 1 })
  const sessions = await Promise.all(range(500).map(() => store.get('s')))
  assert.ok(sessions.every((session) => session.a === 1))
  const finds = (await commands({ op: 'query' })).length
  assert.ok(finds >= 1 && finds < 100, `${finds} commands for 500 gets`)
})

test('gets of many sessions at once are few commands', async (t) => {
  const { store, commands } = await profiled(t)
  const missing = await Promise.all(range(1000).map((n) => store.get(`s${n}`)))
  assert.ok(missing.every((session) => session === null))
  const finds = (await commands({ op: 'query' })).length
  assert.ok(finds < 200, `${finds} commands for 1000 gets`)
})

test('sets of one session at once store the last one, create it once, and have an event each', async (t) => {
  const { store, collection, commands } = await profiled(t)
  const events = recordEvents(store, ['create', 'update', 'set'])
  await Promise.all(range(300).map((n) => store.set('s', { n })))
  assert.deepEqual(JSON.parse((await collection.findOne({ _id: 's' })).session), { n: 299 })
  assert.deepEqual(
    events,
    range(300).flatMap((n) => [
      [n === 0 ? 'create' : 'update', 's'],
      ['set', 's'],
    ]),
  )
  const updates = (await commands({ op: 'update' })).length
  assert.ok(updates >= 1 && updates < 100, `${updates} statements for 300 sets`)
})
