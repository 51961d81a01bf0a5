'use strict'

// Server sessions, which number the writes. The store does not reuse a server session whose command may still be in
// flight. If the server has no sessions, the store writes without one.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { alteredServer } = require('../helpers/altered-server.js')
const { useFaultyServer } = require('../helpers/faulty-server.js')
const { insist, until } = require('../helpers/wait.js')

const server = useFaultyServer({ members: 1 })
/** How long the server holds a command: much longer than the store waits for its end. */
const BLOCK = 8000 // ms

/** The oplog entries of a collection, each with the session and the transaction number of its write. */
async function written({ client, db }) {
  const entries = await client
    .db('local')
    .collection('oplog.rs')
    .find({ ns: `${db.databaseName}.sessions`, op: { $in: ['i', 'u', 'd'] } })
    .toArray()
  return entries.map(({ o, lsid, txnNumber }) => ({ sid: o._id, session: lsid?.id.toString('hex'), number: txnNumber }))
}

/** The session of the update that the server holds. */
async function sessionOfHeld({ client, appName }) {
  const [held] = await client
    .db('admin')
    .aggregate([
      { $currentOp: { allUsers: true } },
      { $match: { appName, active: true, 'command.update': 'sessions' } },
    ])
    .toArray()
  return held?.command.lsid.id.toString('hex')
}

test('a session of the server whose command was cut off is not used again', async (t) => {
  const there = await server.open(t, { parameters: { timeoutMS: 500, heartbeatFrequencyMS: 60_000 } })
  const { store, fail, mend, collection } = there
  await fail(['update'], { blockConnection: true, blockTimeMS: BLOCK }, { times: 1 })
  const cut = await until('a command that is cut off', async () => {
    await assert.rejects(store.set('cut', { cookie: {} }), { name: 'MongoOperationTimeoutError' })
    return sessionOfHeld(there)
  })
  // If these used the same server session, each would wait for the one before it.
  for (let n = 0; n < 20; n += 1) await insist(() => store.set(`after${n}`, { cookie: {} }))
  await until('its end', async () => !(await sessionOfHeld(there)))
  await mend()
  for (let n = 20; n < 40; n += 1) await insist(() => store.set(`after${n}`, { cookie: {} }))

  const after = (await written(there)).filter(({ sid }) => sid.startsWith('after'))
  assert.equal(new Set(after.map(({ sid }) => sid)).size, 40)
  assert.ok(after.every(({ session, number }) => session && number !== undefined))
  assert.ok(
    after.every(({ session }) => session !== cut),
    'it was used again',
  )
  assert.equal(await collection.countDocuments({ _id: 'cut' }), 0)
})

test('a server without sessions is written to without numbers', async (t) => {
  const host = await alteredServer(t, server.members[0].host, ({ logicalSessionTimeoutMinutes: _, ...hello }) => hello)
  const there = await server.open(t, { host })
  const { store } = there
  await store.set('one', { cookie: {} })
  await Promise.all(Array.from({ length: 20 }, (_, n) => store.set(`s${n}`, { cookie: {}, n })))
  await store.touch('one', { cookie: {} })
  await store.destroy('s0')
  assert.deepEqual(await store.get('s1'), { cookie: {}, n: 1 })
  assert.equal(await store.get('s0'), null)
  const writes = await written(there)
  assert.ok(writes.length >= 22)
  assert.deepEqual(
    writes.filter(({ number }) => number !== undefined),
    [],
  )
})
