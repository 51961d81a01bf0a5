'use strict'

// Servers that fail, fall silent or answer late. Callers notice only what the store can't repair.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { throughDriver } = require('../helpers/addon.js')
const { HOUR, aSession, MODERN } = require('../helpers/stores.js')
const { useOwnServer } = require('../helpers/server.js')
const { insist, until, within } = require('../helpers/wait.js')
const { MongoClient } = require('mongodb')

const server = useOwnServer({ args: ['--setParameter', 'enableTestCommands=1'] })
const range = (count) => Array.from({ length: count }, (_, n) => n)
/** A real server announces state changes at once. A fail point's error does not: clients learn of it by asking. */
const HEARTBEAT = 'heartbeatFrequencyMS=500'
let databases = 0

/** A connected store, its collection, and `fail`, which sets a fail point for commands of this test's server. */
async function connected(t, { parameters = '', ...options } = {}) {
  const url = server.current.url(`failing${(databases += 1)}`)
  const client = await MongoClient.connect(url)
  const store = MODERN.Store.create({
    mongoUrl: `${url}?${HEARTBEAT}&${parameters}`,
    autoRemove: 'disabled',
    ...options,
  })
  const fail = (failCommands, data, mode = { times: 1 }) =>
    client.db('admin').command({ configureFailPoint: 'failCommand', mode, data: { failCommands, ...data } })
  const mend = () => client.db('admin').command({ configureFailPoint: 'failCommand', mode: 'off' })
  t.after(async () => {
    await mend()
    await store.close()
    await client.close()
  })
  // The time limit of a test's store may be too short to connect.
  await insist(() => store.length())
  return { store, collection: client.db().collection('sessions'), fail, mend }
}

/** Each failing command with the call that needs it. */
const CALLS = {
  find: (store, n) => store.get(`s${n}`),
  update: (store, n) => store.set(`s${n}`, { n }),
  delete: (store, n) => store.destroy(`s${n}`),
}
const PASSING = { 'closes the connection': { closeConnection: true } }
for (const [name, errorCode] of [
  ['is shutting down', 91],
  ['is no primary', 10107],
  ['interrupts it at shutdown', 11600],
]) {
  PASSING[`says that it ${name}`] = { errorCode }
}

for (const [command, call] of Object.entries(CALLS)) {
  for (const [what, data] of Object.entries(PASSING)) {
    test(`no caller notices when the server ${what} at ${command}, a few times`, async (t) => {
      const { store, collection, fail } = await connected(t)
      await collection.insertMany(range(50).map((n) => ({ _id: `s${n}`, session: JSON.stringify({ n }) })))
      await fail([command], data, { times: 3 })
      const values = await Promise.all(range(50).map((n) => call(store, n)))
      if (command === 'find')
        assert.deepEqual(
          values,
          range(50).map((n) => ({ n })),
        )
      assert.equal(await collection.countDocuments(), command === 'delete' ? 0 : 50)
      const { retries, errors } = store.stats()
      // The statistics don't count the retries of an npm driver.
      if (!throughDriver) assert.ok(retries > 0, 'the statistics tell of it')
      assert.deepEqual(errors, {})
    })
  }

  test(`an error that stays reaches every caller when ${command} fails, and later operations work`, async (t) => {
    const { store, fail, mend } = await connected(t)
    await fail([command], { errorCode: 8000 }, 'alwaysOn')
    const results = await Promise.allSettled(range(30).map((n) => call(store, n)))
    for (const { reason } of results) assert.deepEqual([reason?.name, reason?.code], ['MongoServerError', 8000])
    assert.deepEqual(store.stats().errors, { MongoServerError: 30 })
    await mend()
    await call(store, 1)
  })

  test(`an unknown error of ${command} that passes while the batch is taken apart reaches few`, async (t) => {
    const { store, fail, mend } = await connected(t)
    const { count: before } = await fail([command], { errorCode: 96 }, { times: 1 })
    const results = await Promise.allSettled(range(30).map((n) => call(store, n)))
    const failed = results.filter(({ status }) => status === 'rejected')
    // The server may fail more commands than requested if they arrive concurrently.
    const most = throughDriver ? (await mend()).count - before : 1
    assert.ok(failed.length <= most, `${failed.length} failed, of ${most}`)
    for (const { reason } of failed) assert.equal(reason.code, 96)
  })

  test(`an operation whose ${command} gets no answer fails at its deadline, and later ones work`, async (t) => {
    const { store, fail, mend } = await connected(t, { parameters: 'timeoutMS=500' })
    const { errors: earlier } = store.stats()
    await fail([command], { blockConnection: true, blockTimeMS: 3000 }, 'alwaysOn')
    const results = await within('the deadline', Promise.allSettled(range(20).map((n) => call(store, n))))
    for (const { reason } of results) assert.equal(reason?.name, 'MongoOperationTimeoutError', reason?.message)
    const { MongoOperationTimeoutError: late = 0 } = earlier
    assert.deepEqual(store.stats().errors, { ...earlier, MongoOperationTimeoutError: late + 20 })
    await until('the end of all that is under way', () => store.stats().inFlight + store.stats().queueDepth === 0)
    await mend()
    await insist(() => call(store, 1))
  })
}

test('a clear of an empty collection fails, too, when the user may not delete', async (t) => {
  const { store, fail } = await connected(t)
  await fail(['delete'], { errorCode: 13 }, 'alwaysOn')
  await assert.rejects(store.clear(), { name: 'MongoServerError', code: 13 })
})

test('a read that fails half-way makes no session missing', async (t) => {
  const { store, collection, fail, mend } = await connected(t, { parameters: 'timeoutMS=120000' })
  const text = 'x'.repeat(1024 * 1024)
  for (const n of range(60)) await collection.insertOne({ _id: `s${n}`, session: JSON.stringify({ n, text }) })
  const read = async () => {
    const results = await Promise.allSettled(range(60).map((n) => store.get(`s${n}`)))
    return results.map(({ value, reason }) => (reason ? reason.name : value?.n))
  }
  for (const data of [{ closeConnection: true }, { errorCode: 11600 }, { errorCode: 43 }]) {
    for (const times of [1, 2]) {
      await fail(['getMore'], data, { times })
      assert.deepEqual(await read(), range(60), JSON.stringify(data))
    }
  }
  await fail(['getMore'], { errorCode: 8000 }, 'alwaysOn')
  for (const [n, result] of (await read()).entries())
    assert.ok(result === n || result === 'MongoServerError', `${n}: ${result}`)
  await mend()
  assert.deepEqual(await read(), range(60))
})

test('a touch whose missing session can not be found out fails, and tells no untruth', async (t) => {
  const { store, collection, fail } = await connected(t)
  await collection.insertMany(
    range(30).map((n) => ({ _id: `s${2 * n}`, session: '{}', expires: new Date(Date.now() + HOUR) })),
  )
  await fail(['find'], { errorCode: 91 }, { times: 2 })
  const results = await Promise.allSettled(range(60).map((n) => store.touch(`s${n}`, aSession())))
  assert.deepEqual(
    results.map(({ status }) => status),
    range(60).map((n) => (n % 2 === 0 ? 'fulfilled' : 'rejected')),
  )
})

for (const [method, command, value] of [
  ['length', 'aggregate', 3],
  ['all', 'find', [{ n: 0 }, { n: 1 }, { n: 2 }]],
  ['clear', 'delete', undefined],
]) {
  test(`${method} is tried again, and fails at its deadline`, async (t) => {
    const patient = await connected(t)
    await patient.collection.insertMany(range(3).map((n) => ({ _id: `s${n}`, session: JSON.stringify({ n }) })))
    await patient.fail([command], { closeConnection: true }, { times: 2 })
    assert.deepEqual(await patient.store[method](), value)
    const { store, collection, fail, mend } = await connected(t, { parameters: 'timeoutMS=500' })
    await fail([command], { blockConnection: true, blockTimeMS: 3000 }, 'alwaysOn')
    const failing = assert.rejects(store[method](), { name: 'MongoOperationTimeoutError' })
    const behind = store.set('behind', {})
    await failing
    await mend()
    await behind.catch((error) => assert.equal(error.name, 'MongoOperationTimeoutError'))
    await insist(() => store.set('later', {}))
    assert.equal((await collection.findOne({ _id: 'later' })).session, '{}')
  })
}

test('a server that is silent for longer than a deadline answers later operations', async (t) => {
  const { store } = await connected(t, { parameters: 'timeoutMS=500' })
  await insist(() => store.set('s', { a: 1 }))
  await server.current.kill('SIGSTOP')
  try {
    const calls = range(20).flatMap((n) => [
      store.get('s'),
      store.set(`s${n}`, {}),
      store.destroy(`d${n}`),
      store.touch(`s${n}`, {}),
    ])
    for (const { reason } of await within('the deadline', Promise.allSettled(calls))) {
      assert.equal(reason?.name, 'MongoOperationTimeoutError')
    }
  } finally {
    await server.current.kill('SIGCONT')
  }
  assert.deepEqual(await insist(() => store.get('s')), { a: 1 })
})

test('what waits behind many clears of a silent server fails by its own deadline', async (t) => {
  const { store } = await connected(t, { parameters: 'timeoutMS=500' })
  const patient = (await connected(t, { parameters: 'timeoutMS=8000' })).store
  await server.current.kill('SIGSTOP')
  try {
    const ends = []
    const ending = (name, call) => call.catch((error) => ends.push(`${name}: ${error.name}`))
    // Clears that wait one after the other would take longer than that.
    const last = ending('last', patient.get('s'))
    await within(
      'the deadlines',
      Promise.all([
        ending('first', store.set('s', {})),
        ...range(24).map(() => ending('clear', store.clear())),
        ending('behind', store.set('s', {})),
        last,
      ]),
    )
    assert.equal(ends.length, 27)
    assert.ok(
      ends.every((end) => end.endsWith(': MongoOperationTimeoutError')),
      ends.join(),
    )
    assert.match(ends.at(-1), /^last/)
  } finally {
    await server.current.kill('SIGCONT')
  }
  // The server may still carry out the earlier sets.
  await insist(() => store.set('later', { a: 1 }))
  assert.deepEqual(await insist(() => store.get('later')), { a: 1 })
})
