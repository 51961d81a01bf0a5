'use strict'

// The limits of what may wait, and the write concern. The server's silence and its log show both.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { runProgram } = require('../helpers/child.js')
const { aSession, MODERN } = require('../helpers/stores.js')
const { useOwnServer, withParameters } = require('../helpers/server.js')
const { until, within } = require('../helpers/wait.js')
const { MongoClient } = require('mongodb')
const genuine = require('connect-mongo-6')

const server = useOwnServer({ args: ['--setParameter', 'enableTestCommands=1'] })
const MAX_OPERATIONS = 65_536
const MAX_MEGABYTES = 512
/** Sessions that are more than what may wait, of this size each. */
const [SESSIONS, MEGABYTES] = [160, 4]
/** The most that the memory of a process may grow by that holds so much: no session is there more than twice. */
const MOST_MEGABYTES = 3 * MAX_MEGABYTES
const LONG = 60_000 // ms
/** A slow machine needs long for so many operations. */
const PATIENT = { timeoutMS: 10 * LONG, serverSelectionTimeoutMS: 10 * LONG }
const range = (count) => Array.from({ length: count }, (_, n) => n)

async function open(t, name, options) {
  const store = MODERN.Store.create({ mongoUrl: server.current.url(name), autoRemove: 'disabled', ...options })
  t.after(() => store.close())
  await store.length()
  return store
}

test('of twice as many operations as may wait, the surplus fails at once and the rest is done', async (t) => {
  const store = await open(t, 'overload', { mongoOptions: PATIENT })
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

// A larger JavaScript heap would be measured, too: how many texts are left in it is up to V8. The small heap has no room for
// sessions that wait.
for (const [when, { isReached, heap }] of Object.entries({
  'once a server has answered': { isReached: true, heap: ['--max-old-space-size=64', '--max-semi-space-size=4'] },
  'before a server has answered': { isReached: false, heap: ['--max-old-space-size=800'] },
})) {
  test(`of large sessions, 512 MB and what is being sent may wait, and the rest is refused at once, ${when}`, async (t) => {
    const appName = 'memory'
    if (isReached) await holdPings(appName)
    try {
      if (!isReached) await server.current.kill('SIGSTOP')
      // The process of a test has other memory than that of the store.
      const url = withParameters(server.current.url('memory'), { ...PATIENT, appName })
      const { lines, stderr } = await runProgram(
        storeTexts,
        { url, isReached, count: SESSIONS, megabytes: MEGABYTES, mostMegabytes: MOST_MEGABYTES },
        {
          args: heap,
          async onLine(line, child) {
            if (line !== 'ready') return
            await server.current.kill('SIGSTOP')
            child.stdin.write('stopped')
          },
        },
      )
      assert.equal(lines.length, 2, stderr)
      const { waiting, errors, memory } = JSON.parse(lines[1])
      t.diagnostic(`${waiting * MEGABYTES} MB wait, and resident memory has grown by ${Math.round(memory.grown)} MB`)
      assert.deepEqual(errors, { MongoStoreOverloadedError: SESSIONS - waiting })
      const beyond = waiting - Math.floor(MAX_MEGABYTES / MEGABYTES)
      assert.ok(beyond >= -1 && beyond <= 4, `${waiting} sessions wait`)
      assert.ok(memory.grown < MOST_MEGABYTES, `the memory is ${JSON.stringify(memory)}`)
    } finally {
      await server.current.kill('SIGCONT')
    }
  })
}

/**
 * The collection is never prepared then: what a store keeps until a server has answered must not wait for that. Nobody switches
 * the fail point off, since that waits for the pings that are held.
 */
async function holdPings(appName) {
  const pings = { failCommands: ['ping'], appName, blockConnection: true, blockTimeMS: LONG }
  const client = await MongoClient.connect(server.current.url('admin'))
  await client.db().command({ configureFailPoint: 'failCommand', mode: 'alwaysOn', data: pings })
  await client.close()
}

/** Runs in a process of its own: stores texts in sessions, and prints how many of them wait and what memory they take. */
async function storeTexts({ url, isReached, count, megabytes, mostMegabytes }) {
  const { setTimeout: sleep } = require('node:timers/promises')
  const store = require('connect-mongo-native').create({ mongoUrl: url, autoRemove: 'disabled' })
  if (isReached) await store.length()
  console.log('ready')
  await new Promise((resolve) => process.stdin.once('data', resolve))
  const text = 'x'.repeat(megabytes * 2 ** 20)
  const before = process.memoryUsage.rss() // not `maxRSS`: the system counts that from the parent's memory on
  const grown = () => (process.memoryUsage.rss() - before) / 2 ** 20
  for (let n = 0; n < count; n += 1) store.set(`s${n}`, { text }).catch(() => {})
  const { queueDepth, inFlight, errors } = store.stats()
  // Threads of V8 give back what was collected.
  for (let pauses = 0; pauses < 100 && grown() >= mostMegabytes; pauses += 1) await sleep(100)
  const memory = { grown: grown(), ...process.memoryUsage() }
  console.log(JSON.stringify({ waiting: queueDepth + inFlight, errors, memory }))
  process.exit()
}

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

for (const [where, w, options, parameters] of [
  ['the options', 1, { writeOperationOptions: { w: 1, j: true, wtimeout: 4321 } }, ''],
  ['the connection string', 'majority', {}, '?w=majority&journal=true&wtimeoutMS=4321'],
]) {
  test(`the write concern of ${where} is in each write command, and in no read`, async (t) => {
    const name = `concern-${w}`
    const client = await MongoClient.connect(server.current.url(name))
    t.after(() => client.close())
    const mongoUrl = `${server.current.url(name)}${parameters}`
    const store = await open(t, name, { mongoUrl, ...options })
    await client.db().command({ profile: 0, slowms: -1 }) // the server logs every command
    await store.set('s', aSession())
    await store.touch('s', aSession())
    await store.get('s')
    await store.destroy('s')
    await client.db().collection('sessions').insertOne({ _id: 'left to clear' })
    await store.clear()
    const logged = await until('the log', () => {
      const lines = server.current.log.split('\n').filter((line) => line.includes(`"ns":"${name}`))
      const commands = lines
        .flatMap((line) => {
          try {
            return [JSON.parse(line).attr.command]
          } catch {
            return []
          }
        })
        .filter((command) => command?.$db === name)
      return commands.filter((command) => command.delete).length >= 2 && commands
    })
    await client.db().command({ profile: 0, slowms: 100 })
    const concerns = (kind) => logged.filter((command) => command[kind]).map((command) => command.writeConcern)
    const expected = { w, j: true, wtimeout: 4321 }
    for (const concern of [...concerns('update'), ...concerns('delete')]) {
      assert.deepEqual({ ...concern }, expected)
    }
    assert.equal(concerns('update').length, 2)
    assert.equal(concerns('delete').length, 2)
    // The read by `get`, and the read of the ids that `clear` removes.
    assert.deepEqual(concerns('find'), [undefined, undefined])
  })
}
