'use strict'

// Large sessions among many others. The server limits replies and documents to 16 MB.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { useStores } = require('../helpers/stores.js')

const MB = 1024 * 1024
/** A slow machine needs longer for so many bytes than an operation usually may take. */
const PATIENT = { mongoOptions: { timeoutMS: 600_000 } }
const server = useStores()
const range = (count) => Array.from({ length: count }, (_, n) => n)
/** Text of the given size that is unique to the number `n`. */
const text = (n, bytes) =>
  String(n)
    .padStart(8, '0')
    .repeat(bytes / 8)

/** Compares texts without printing megabytes on failure. */
function isText(value, n, bytes) {
  assert.equal(value?.text?.length, bytes, `session ${n}`)
  assert.ok(value.text === text(n, bytes), `session ${n} has the data of ${value.text.slice(0, 8)}`)
}

test('200 sessions of 1 MB are read at once, and none is missing', async (t) => {
  const { store, collection } = server.open(t, PATIENT)
  for (const n of range(200)) {
    await collection.insertOne({ _id: `s${n}`, session: JSON.stringify({ text: text(n, MB) }) })
  }
  for (const round of ['not known to be large', 'known to be large']) {
    const sessions = await Promise.all(range(200).map((n) => store.get(`s${n}`)))
    sessions.forEach((session, n) => isText(session, n, MB, round))
  }
  assert.equal(await store.get('nobody'), null)
})

test('40 sessions of 4 MB are stored at once, and each is stored whole', async (t) => {
  const { store } = server.open(t, PATIENT)
  await Promise.all(range(40).map((n) => store.set(`s${n}`, { text: text(n, 4 * MB) })))
  for (const n of range(40)) isText(await store.get(`s${n}`), n, 4 * MB)
})

test('a session over 16 MB is refused, and those beside it are stored', async (t) => {
  const { store, collection } = server.open(t)
  const results = await Promise.allSettled(
    range(50).map((n) => store.set(`s${n}`, n === 25 ? { text: 'x'.repeat(16 * MB) } : { n })),
  )
  const { reason, status } = results[25]
  assert.equal(status, 'rejected')
  assert.deepEqual([reason.name, reason.code, reason.codeName], ['MongoServerError', 10334, 'BSONObjectTooLarge'])
  assert.equal(results.filter((result) => result.status === 'fulfilled').length, 49)
  assert.equal(await collection.countDocuments(), 49)
  assert.equal(await store.get('s25'), null)
})

test('a session over 16 MB leaves the one that was stored before as it is', async (t) => {
  const { store } = server.open(t)
  const stored = store.set('s', { n: 1 })
  await assert.rejects(store.set('s', { text: 'x'.repeat(16 * MB) }), { code: 10334 })
  await stored
  assert.deepEqual(await store.get('s'), { n: 1 })
})

test('small sessions are answered while many large ones are read and stored', async (t) => {
  const { store, collection } = server.open(t)
  const large = Promise.all(range(20).map((n) => store.set(`large${n}`, { text: text(n, 2 * MB) })))
  const small = await Promise.all(
    range(100).map(async (n) => {
      await store.set(`small${n}`, { n })
      return store.get(`small${n}`)
    }),
  )
  assert.deepEqual(
    small,
    range(100).map((n) => ({ n })),
  )
  await large
  assert.equal(await collection.countDocuments(), 120)
})
