'use strict'

// The queue limit and the write concern. The server's silence and its log show both.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { aSession, MODERN } = require('../helpers/stores.js')
const { useOwnServer } = require('../helpers/server.js')
const { until, within } = require('../helpers/wait.js')
const { MongoClient } = require('mongodb')
const genuine = require('connect-mongo-6')

const server = useOwnServer()
const MAX_OPERATIONS = 65_536
const range = (count) => Array.from({ length: count }, (_, n) => n)

async function open(t, name, options) {
  const store = MODERN.Store.create({ mongoUrl: server.current.url(name), autoRemove: 'disabled', ...options })
  t.after(() => store.close())
  await store.length()
  return store
}

test('of twice as many operations as may wait, the surplus fails at once and the rest is done', async (t) => {
  const store = await open(t, 'overload')
  await server.current.kill('SIGSTOP')
  let done
  let refused = 0
  try {
    const calls = range(2 * MAX_OPERATIONS).map((n) => store.get(`s${n}`))
    done = Promise.all(calls.slice(0, MAX_OPERATIONS))
    for (const call of calls.slice(MAX_OPERATIONS))
      call.catch((error) => {
        if (error.name === 'MongoStoreOverloadedError') refused += 1
      })
    await until('the refusals', () => refused === MAX_OPERATIONS)
    const { queueDepth, inFlight, errors } = store.stats()
    assert.equal(queueDepth + inFlight, MAX_OPERATIONS)
    assert.ok(inFlight > 0)
    assert.deepEqual(errors, { MongoStoreOverloadedError: MAX_OPERATIONS })
    for (const call of [store.set('s', {}), store.touch('s', aSession()), store.destroy('s')]) {
      await assert.rejects(call, { name: 'MongoStoreOverloadedError' })
    }
  } finally {
    await server.current.kill('SIGCONT')
  }
  const values = await within('the answers', done)
  assert.ok(values.every((value) => value === null))
  assert.equal(await store.get('later'), null)
  await until('the end of all that is under way', () => store.stats().queueDepth + store.stats().inFlight === 0)
})

test('what is called while the server is silent is few commands afterwards', async (t) => {
  const store = await open(t, 'silent')
  const before = store.stats().batches
  await server.current.kill('SIGSTOP')
  const calls = []
  try {
    for (const n of range(300)) calls.push(store.set('one', { n }), store.set(`s${n}`, { n }))
  } finally {
    await server.current.kill('SIGCONT')
  }
  await Promise.all(calls)
  const { batches, meanBatchSize } = store.stats()
  assert.ok(batches - before < 50, `${batches - before} batches`)
  assert.ok(meanBatchSize > 1)
  assert.deepEqual(await store.get('one'), { n: 299 })
})

test('a write concern that the server can not meet fails as in connect-mongo', async (t) => {
  const mongoUrl = server.current.url('concern')
  const ours = await open(t, 'concern', { writeOperationOptions: { w: 2 } })
  const Genuine = genuine.MongoStore ?? genuine.default ?? genuine
  const theirs = Genuine.create({ mongoUrl, autoRemove: 'disabled', writeOperationOptions: { w: 2 } })
  t.after(() => theirs.close())
  const errorOf = (store, method, ...args) =>
    new Promise((resolve) => {
      store[method](...args, (error) => resolve({ name: error?.name, code: error?.code, codeName: error?.codeName }))
    })
  for (const call of [
    ['set', 's', aSession()],
    ['destroy', 's'],
  ]) {
    assert.deepEqual(await errorOf(ours, ...call), await errorOf(theirs, ...call), call[0])
    assert.equal((await errorOf(ours, ...call)).code, 2)
  }
  // The same with many calls at once.
  const results = await Promise.allSettled(range(50).map((n) => ours.set(`s${n}`, {})))
  assert.ok(results.every(({ reason }) => reason?.code === 2))
})

test('the write concern of the options is in each write command, and in no read', async (t) => {
  const client = await MongoClient.connect(server.current.url('concern'))
  t.after(() => client.close())
  const store = await open(t, 'concern', { writeOperationOptions: { w: 1, j: true, wtimeout: 4321 } })
  await client.db().command({ profile: 0, slowms: -1 }) // the server logs every command
  const before = server.current.log.length
  await store.set('s', aSession())
  await store.touch('s', aSession())
  await store.get('s')
  await store.destroy('s')
  await client.db().collection('sessions').insertOne({ _id: 'left to clear' })
  await store.clear()
  const logged = await until('the log', () => {
    const lines = server.current.log
      .slice(before > 60_000 ? 0 : before)
      .split('\n')
      .filter((line) => line.includes('"ns":"concern'))
    const commands = lines
      .flatMap((line) => {
        try {
          return [JSON.parse(line).attr.command]
        } catch {
          return []
        }
      })
      .filter((command) => command?.$db === 'concern')
    return commands.filter((command) => command.delete).length >= 2 && commands
  })
  await client.db().command({ profile: 0, slowms: 100 })
  const concerns = (name) => logged.filter((command) => command[name]).map((command) => command.writeConcern)
  const expected = { w: 1, j: true, wtimeout: 4321 }
  for (const concern of [...concerns('update'), ...concerns('delete')]) {
    assert.deepEqual({ ...concern }, expected)
  }
  assert.equal(concerns('update').length, 2)
  assert.equal(concerns('delete').length, 2)
  // The read by `get`, and the read of the ids that `clear` removes.
  assert.deepEqual(concerns('find'), [undefined, undefined])
})
