'use strict'

// Many large sessions that are read at once: a command reads about 16 MB, and what is left is asked for again.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { useFaultyServer } = require('../helpers/faulty-server.js')

const server = useFaultyServer()
const MB = 1024 * 1024
const SESSIONS = 10
const sids = Array.from({ length: SESSIONS }, (_, n) => `s${n}`)

test('sessions of 60 MB that are called in one turn are all read, by several commands', async (t) => {
  const { store, collection, db, appName } = await server.open(t)
  // Written by somebody else, so that the store does not know how large they are.
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
  // 16 MB and one more session at the most, of six megabytes each.
  assert.ok(reads.length >= 3, `${asked} sessions asked for`)
  assert.ok(
    reads.every(({ nreturned }) => nreturned <= 4),
    reads.map(({ nreturned }) => nreturned).join(),
  )
  // What was read is not asked for again, and the small ones of the next call travel by themselves.
  assert.ok(
    asked.slice(1).every((count) => count < asked[0]),
    `${asked}`,
  )
})
