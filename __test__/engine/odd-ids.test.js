'use strict'

// Session ids that `transformId` turns into other types than strings, and ids that an index compares in a special way.
// A few commands read many sessions, and each `get` finds what the server finds by that id alone.

const assert = require('node:assert/strict')
const { createHash } = require('node:crypto')
const { test } = require('node:test')
const { Binary, Decimal128, Double, Int32, Long, ObjectId } = require('mongodb')
const { hasAddon } = require('../helpers/addon.js')
const { useFaultyServer } = require('../helpers/faulty-server.js')

const server = useFaultyServer()
const range = (count) => Array.from({ length: count }, (_, n) => n)
const digest = (n) => createHash('sha256').update(String(n)).digest()
const MANY = 512
/** The limit for "a few": up to three batches are sent while the calls are made, and the rest waits and travels together. */
const FEW = 4

/**
 * Makes calls while the server stands still, so that it does not matter how fast it is. Resolves with their answers, and the
 * number of finds that the server executed for them.
 */
async function findsOf({ db, appName }, makeCalls) {
  await db.setProfilingLevel('all')
  const found = await server.whileStopped(makeCalls)
  await db.setProfilingLevel('off')
  return { found, finds: await db.collection('system.profile').countDocuments({ appName, op: 'query' }) }
}

/** Values that are equal if and only if their bytes are. */
const COMPARABLE = {
  'an ObjectId': (n) => new ObjectId(digest(n).subarray(0, 12)),
  'a UUID': (n) => new Binary(digest(n).subarray(0, 16), Binary.SUBTYPE_UUID),
  'binary data': (n) => new Binary(digest(n)),
  'a Date': (n) => new Date(1_700_000_000_000 + n),
}
/** Values that the server may consider equal although their bytes differ. The store requests each one separately. */
const OTHERS = {
  'a whole number': (n) => n,
  'a number with a fraction': (n) => n + 0.5,
  'a Long': (n) => Long.fromNumber(n),
  'a Decimal128': (n) => Decimal128.fromString(`${n}.25`),
  'a document': (n) => ({ tenant: 'a', n }),
}

for (const [kind, idOf] of Object.entries({ ...COMPARABLE, ...OTHERS })) {
  const few = kind in COMPARABLE && hasAddon
  test(`${MANY} gets at once of sessions whose id is ${kind} ${few ? 'are few commands, and ' : ''}have each its own session`, async (t) => {
    const opened = await server.open(t, { transformId: (sid) => idOf(Number(sid)) })
    const { store, collection } = opened
    const there = range(MANY).filter((n) => n % 3 !== 0)
    await collection.insertMany(there.map((n) => ({ _id: idOf(n), session: JSON.stringify({ n }) })))
    const { found, finds } = await findsOf(opened, () => range(MANY).map((n) => store.get(String(n))))
    assert.deepEqual(
      found.map((session) => session?.n ?? null),
      range(MANY).map((n) => (n % 3 === 0 ? null : n)),
    )
    if (few) assert.ok(finds <= FEW, `${finds} commands for ${MANY} gets`)
  })
}

test('sessions whose id is a boolean are two', async (t) => {
  const { store, collection } = await server.open(t, { transformId: (sid) => sid === 'yes' })
  await collection.insertMany([true, false].map((_id) => ({ _id, session: JSON.stringify({ _id }) })))
  assert.deepEqual(
    await Promise.all(['yes', 'no', 'yes', 'maybe'].map((sid) => store.get(sid))),
    [true, false, true, false].map((_id) => ({ _id })),
  )
})

const NUMBERS = {
  int: (n) => new Int32(n),
  double: (n) => new Double(n),
  long: (n) => Long.fromNumber(n),
  decimal: (n) => Decimal128.fromString(`${n}.0`),
}

for (const [stored, storedAs] of Object.entries(NUMBERS)) {
  for (const [asked, askedAs] of Object.entries(NUMBERS)) {
    test(`a session whose id is stored as ${stored} is found by the equal ${asked}, alone and among others`, async (t) => {
      const { store, collection } = await server.open(t, { transformId: (sid) => askedAs(Number(sid)) })
      await collection.insertMany(range(40).map((n) => ({ _id: storedAs(n), session: JSON.stringify({ n }) })))
      assert.equal((await store.get('5'))?.n, 5)
      const found = await Promise.all(range(60).map((n) => store.get(String(n))))
      assert.deepEqual(
        found.map((session) => session?.n ?? null),
        range(60).map((n) => (n < 40 ? n : null)),
      )
    })
  }
}

test('one session that is asked for by numbers of several types at once is found by each', async (t) => {
  const types = Object.values(NUMBERS)
  const { store, collection } = await server.open(t, { transformId: (sid) => types[sid.length % 4](5) })
  await collection.insertOne({ _id: 5, session: '{"n":5}' })
  const found = await Promise.all(range(40).map((n) => store.get('x'.repeat(n + 1))))
  assert.deepEqual(
    found,
    range(40).map(() => ({ n: 5 })),
  )
})

test('ids of several types at once do not hide each other', async (t) => {
  const odd = [
    5,
    '5',
    new ObjectId(digest(5).subarray(0, 12)),
    true,
    new Date(5),
    'five',
    new Binary(digest(5)),
    { n: 5 },
    5.5,
    '',
    NaN,
  ]
  const { store, collection } = await server.open(t, { transformId: (sid) => odd[Number(sid)] })
  await collection.insertMany(odd.map((_id, n) => ({ _id, session: JSON.stringify({ n }) })))
  assert.deepEqual(
    await Promise.all(odd.map((_, n) => store.get(String(n)))),
    odd.map((_, n) => ({ n })),
  )
})

test('with a collation that ignores case, another spelling of an id is another session, alone and among others', async (t) => {
  const { store, collection, db } = await server.open(t)
  await collection.drop().catch(() => {})
  await db.createCollection('sessions', { collation: { locale: 'en', strength: 2 } })
  await collection.insertMany(['abc', 'DEF', 'ghi'].map((_id) => ({ _id, session: JSON.stringify({ _id }) })))
  const asked = ['abc', 'ABC', 'Abc', 'def', 'DEF', 'ghi', 'other']
  const right = [{ _id: 'abc' }, null, null, null, { _id: 'DEF' }, { _id: 'ghi' }, null]
  const alone = []
  for (const sid of asked) alone.push(await store.get(sid))
  assert.deepEqual(alone, right, 'alone')
  assert.deepEqual(await Promise.all(asked.map((sid) => store.get(sid))), right, 'among others')
})

test('an id of very many levels is an error for each method, and the store goes on', async (t) => {
  const idOf = (sid) => (sid === 'deep' ? range(2000).reduce((inside) => ({ inside }), {}) : sid)
  const { store } = await server.open(t, { transformId: idOf })
  const calls = {
    get: () => store.get('deep'),
    'get among others': () => Promise.all([store.get('deep'), store.get('a'), store.get('b')]),
    set: () => store.set('deep', { a: 1 }),
    touch: () => store.touch('deep', { a: 1 }),
  }
  for (const [name, act] of Object.entries(calls)) await assert.rejects(act(), Error, name)
  await store.set('a', { a: 1 })
  assert.deepEqual(await store.get('a'), { a: 1 })
})
