'use strict'

// Many large sessions read at once: one command reads about 16 MB, and the store requests the rest again.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { useFaultyServer } = require('../helpers/faulty-server.js')

const server = useFaultyServer()
const MB = 1024 * 1024
const SESSIONS = 10
const sids = Array.from({ length: SESSIONS }, (_, n) => `s${n}`)

test('sessions of 60 MB that are called in one turn are all read, by several commands', async (t) => {
  const { store, collection, db, appName } = await server.open(t)
  // Another client writes them, so the store does not know their sizes.
  for (const sid of sids) {
    await collection.insertOne({ _id: sid, session: JSON.stringify({ cookie: {}, sid, text: 'x'.repeat(6 * MB) }) })
  }
  await collection.insertOne({ _id: 'small', session: '{"cookie":{},"sid":"small"}' })
  await db.setProfilingLevel('all')
  const called = [...sids, 'missing', 'small']
  const sessions = await Promise.all(called.map((sid) => store.get(sid)))
  await db.setProfilingLevel('off')

  assert.deepEqual(
    sessions.map((session) => session?.sid),
    [...sids, undefined, 'small'],
  )
  assert.ok(sessions.slice(0, SESSIONS).every(({ text }) => text.length === 6 * MB))
  const reads = await db.collection('system.profile').find({ appName, op: 'query' }).sort({ ts: 1 }).toArray()
  const asked = reads.map(({ command }) => command.filter._id.$in?.length ?? 1)
  // At most 16 MB plus one session, at six megabytes each.
  assert.ok(reads.length >= 3, `${asked} sessions asked for`)
  assert.ok(
    reads.every(({ nreturned }) => nreturned <= 4),
    reads.map(({ nreturned }) => nreturned).join(),
  )
  // The store requests no session again after reading it, and reads the small ones of the next call separately.
  assert.ok(
    asked.slice(1).every((count) => count < asked[0]),
    `${asked}`,
  )
})
