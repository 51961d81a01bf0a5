'use strict'

// On a replica set every write carries a session and a transaction number, so that the server recognises a retry. This
// holds from a store's first write, and during an election. The server's oplog records the numbers.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { makeStore, useFaultyServer } = require('../helpers/faulty-server.js')
const { startLoad } = require('../helpers/load.js')
const { sleep, until } = require('../helpers/wait.js')

const server = useFaultyServer({ members: 1 })
const KINDS = { i: 'insert', u: 'update', d: 'delete' }
const range = (count) => Array.from({ length: count }, (_, n) => n)

/** An unused store, and `written`, which returns the oplog entries for its collection. */
async function fresh(t, parameters) {
  const there = await server.place(t)
  await there.collection.insertMany(range(20).map((n) => ({ _id: `there${n}`, session: '{"cookie":{}}' })))
  const { operationTime } = await there.client.db('admin').command({ ping: 1 })
  const store = makeStore({ mongoUrl: there.url(parameters), autoRemove: 'disabled' })
  t.after(() => store.close())
  async function written() {
    const entries = await there.client
      .db('local')
      .collection('oplog.rs')
      .find({ ts: { $gt: operationTime } })
      .toArray()
    const single = entries.flatMap((entry) => entry.o.applyOps?.map((inner) => ({ ...entry, ...inner })) ?? [entry])
    return single
      .filter(({ ns }) => ns === `${there.db.databaseName}.sessions`)
      .map(
        ({ op, txnNumber, lsid }) =>
          `${KINDS[op]} ${txnNumber === undefined || lsid === undefined ? 'without' : 'with'} a number`,
      )
  }
  return { ...there, store, written }
}

const FIRST = {
  set: { start: (store, n) => store.set(`s${n}`, { cookie: {} }), entry: 'insert with a number' },
  touch: { start: (store, n) => store.touch(`there${n}`, { cookie: {} }), entry: 'update with a number' },
  destroy: { start: (store, n) => store.destroy(`there${n}`), entry: 'delete with a number' },
}

for (const [method, { start, entry }] of Object.entries(FIRST)) {
  for (const count of [1, 20]) {
    test(`a ${method} that is the first call of a store has a transaction number${count === 1 ? '' : ', also among others'}`, async (t) => {
      for (let stores = 0; stores < 4; stores += 1) {
        const { store, written } = await fresh(t)
        await Promise.all(range(count).map((n) => start(store, n)))
        assert.deepEqual(await written(), Array(count).fill(entry))
      }
    })
  }
}

test('a first write that the server does not answer, and that is sent again, has one number', async (t) => {
  const { store, fail, written, collection } = await fresh(t)
  await fail(['update'], { closeConnection: true }, { times: 1 })
  await store.set('s', { cookie: {} })
  assert.deepEqual(await written(), ['insert with a number'])
  assert.equal(await collection.countDocuments({ _id: 's' }), 1)
})

test('a write that too few members confirm happens once, also if another one in its batch is refused', async (t) => {
  const { store, fail, collection, client } = await fresh(t)
  await collection.createIndex({ session: 1 }, { unique: true, partialFilterExpression: { unique: true } })
  await collection.insertOne({ _id: 'taken', unique: true, session: '{"cookie":{},"n":0}' })
  await collection.updateOne({ _id: 'there1' }, { $set: { unique: true } })
  await store.length()
  const recognised = async () => {
    const { transactions } = await client.db('admin').command({ serverStatus: 1 })
    return transactions.retriedStatementsCount
  }
  const before = await recognised()
  const unconfirmed = { code: 91, codeName: 'ShutdownInProgress', errmsg: 'no', errorLabels: ['RetryableWriteError'] }
  await fail(['update'], { writeConcernError: unconfirmed }, { times: 1 })
  const [, refused] = await Promise.allSettled([
    store.set('there0', { cookie: {}, n: 1 }),
    store.set('there1', { cookie: {}, n: 0 }),
    store.set('there2', { cookie: {}, n: 2 }),
  ])
  assert.equal(refused.reason.code, 11_000)
  assert.equal(await recognised(), before + 2)
})

const INTERRUPTIONS = {
  'an election': () => server.current.stepDown(1),
  'a restart of the server': () => server.members[0].restart(),
}

for (const [what, interrupt] of Object.entries(INTERRUPTIONS)) {
  test(`writes during ${what} have transaction numbers`, async (t) => {
    const { store, written } = await fresh(t, { heartbeatFrequencyMS: 500, serverSelectionTimeoutMS: 120_000 })
    await store.length()
    const load = startLoad(8, async (worker, n) => {
      await sleep(10)
      await store.set(`s${worker}`, { cookie: {}, n })
    })
    try {
      for (let times = 0; times < 3; times += 1) {
        const { answered } = load
        await until('answers', () => load.answered > answered + 100)
        await interrupt()
      }
      const { answered } = load
      await until('answers afterwards', () => load.answered > answered + 100)
    } finally {
      await load.stop()
    }
    const entries = await written()
    assert.ok(entries.length > 300)
    assert.equal(entries.filter((entry) => entry.includes('without')).length, 0, 'writes without a number')
    assert.deepEqual(
      load.errors.map(({ name }) => name),
      [],
    )
  })
}

test('writes over a direct connection to the primary have transaction numbers', async (t) => {
  const { store, written } = await fresh(t, { directConnection: true })
  await store.length()
  for (const { start } of Object.values(FIRST)) await start(store, 1)
  assert.deepEqual(
    await written(),
    Object.values(FIRST).map(({ entry }) => entry),
  )
})

test('without retryWrites no write has a transaction number', async (t) => {
  const { store, written } = await fresh(t, { retryWrites: false })
  await store.set('s', { cookie: {} })
  assert.deepEqual(await written(), ['insert without a number'])
})
