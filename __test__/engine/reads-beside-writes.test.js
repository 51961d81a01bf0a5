'use strict'

// A store has few connections. Slow writes, such as those that wait for other members of a replica set, leave one
// connection to reads.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { MongoClient } = require('mongodb')
const { MODERN } = require('../helpers/stores.js')
const { useOwnServer } = require('../helpers/server.js')
const { until, within } = require('../helpers/wait.js')

const server = useOwnServer({ args: ['--setParameter', 'enableTestCommands=1'] })

test('reads are answered while writes of all kinds take long', async (t) => {
  const client = await new MongoClient(server.current.url('beside')).connect()
  const store = MODERN.Store.create({
    mongoUrl: `${server.current.url('beside')}?timeoutMS=120000`,
    autoRemove: 'disabled',
  })
  /** Makes the server begin each write, and not go on as long as `mode` is "alwaysOn". */
  const hang = (mode) =>
    Promise.all(
      ['hangDuringBatchUpdate', 'hangDuringBatchRemove'].map((configureFailPoint) =>
        client.db('admin').command({ configureFailPoint, mode, data: { nss: `beside.${store.collectionName}` } }),
      ),
    )
  t.after(async () => {
    await hang('off')
    await store.close()
    await client.close()
  })
  await store.set('read', { cookie: {}, a: 1 })
  await hang('alwaysOn')
  const large = { cookie: {}, text: 'x'.repeat(100_000) }
  const writes = []
  for (const write of [
    () => store.set('a', { cookie: {} }),
    () => store.set('b', { cookie: {} }),
    () => store.destroy('c'),
    () => store.set('d', large),
  ]) {
    writes.push(write())
    // The next write then goes into a command of its own.
    await until('the write to be under way', () => store.stats().inFlight === writes.length)
  }
  for (let n = 0; n < 20; n += 1) assert.equal((await within('a read', store.get('read'))).a, 1)
  assert.equal(store.stats().inFlight, writes.length, 'the writes still wait')
  await hang('off')
  await Promise.all(writes)
})
