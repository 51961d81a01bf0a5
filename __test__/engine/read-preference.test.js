'use strict'

// Sessions are read according to the read preference, from members that may lag behind. Reads that decide about a write
// go to the primary.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { MongoClient } = require('mongodb')
const { aSession } = require('../helpers/stores.js')
const { useFaultyServer } = require('../helpers/faulty-server.js')
const { until } = require('../helpers/wait.js')

// The members keep their roles: the primary may be silent for a while.
const server = useFaultyServer({ members: 2, electionTimeout: 60_000 })
const range = (count) => Array.from({ length: count }, (_, n) => n)

/** Stops replication on the secondary until the end of the test. `primary` is a client. */
async function stopReplication(t, primary) {
  const first = await server.current.primary()
  const member = server.members.find((other) => other !== first)
  const secondary = await MongoClient.connect(member.uri)
  const set = (mode) => secondary.db('admin').command({ configureFailPoint: 'rsSyncApplyStop', mode })
  t.after(async () => {
    await set('off')
    await secondary.close()
  })
  // A secondary that has not left an earlier stop stays in it, and does not enter the next one.
  await primary
    .db('elsewhere')
    .collection('writes')
    .insertOne({}, { writeConcern: { w: 2 } })
  const { count } = await set('alwaysOn')
  // The secondary may still apply what it receives before it sees the fail point.
  const timesEntered = count + 1
  await secondary.db('admin').command({ waitForFailPoint: 'rsSyncApplyStop', timesEntered, maxTimeMS: 60_000 })
  return secondary
}

for (const readPreference of ['secondary', 'secondaryPreferred']) {
  test(`touches ask the primary which sessions are missing, with readPreference=${readPreference} and a secondary that is behind`, async (t) => {
    const { store, client, collection } = await server.open(t, { parameters: { readPreference, w: 1 } })
    const secondary = await stopReplication(t, client)
    const there = range(20).filter((n) => n % 10 !== 3)
    await Promise.all(there.map((n) => store.set(`s${n}`, aSession({ n }))))
    assert.equal(await collection.countDocuments(), there.length)
    const behind = secondary.db(collection.dbName).collection('sessions')
    assert.equal(await behind.countDocuments({}, { readPreference: 'secondary' }), 0, 'the secondary is behind')
    const results = await Promise.allSettled(range(20).map((n) => store.touch(`s${n}`, aSession())))
    const told = results.map(({ status, reason }) => reason?.message ?? status)
    assert.deepEqual(
      told,
      range(20).map((n) => (n % 10 === 3 ? 'Unable to find the session to touch' : 'fulfilled')),
    )
  })

  test(`touches of sessions that only the secondary still has fail, with readPreference=${readPreference}`, async (t) => {
    const { store, client, collection } = await server.open(t, { parameters: { readPreference, w: 1 } })
    await Promise.all(range(20).map((n) => store.set(`s${n}`, aSession({ n }))))
    const secondary = await stopReplicationBehind(t, client, collection, 20)
    await collection.deleteMany({ _id: { $in: ['s3', 's13'] } }, { writeConcern: { w: 1 } })
    const behind = secondary.db(collection.dbName).collection('sessions')
    assert.equal(await behind.countDocuments({}, { readPreference: 'secondary' }), 20, 'the secondary is behind')
    const results = await Promise.allSettled(range(20).map((n) => store.touch(`s${n}`, aSession())))
    assert.deepEqual(
      results.map(({ status }) => status),
      range(20).map((n) => (n % 10 === 3 ? 'rejected' : 'fulfilled')),
    )
  })
}

/** Stops replication once the secondary has `count` sessions. */
async function stopReplicationBehind(t, client, collection, count) {
  const primary = await server.current.primary()
  const member = await MongoClient.connect(server.members.find((other) => other !== primary).uri)
  try {
    const replica = member.db(collection.dbName).collection('sessions')
    await until(
      'the copy on the secondary',
      async () => (await replica.countDocuments({}, { readPreference: 'secondary' })) === count,
    )
  } finally {
    await member.close()
  }
  return stopReplication(t, client)
}
