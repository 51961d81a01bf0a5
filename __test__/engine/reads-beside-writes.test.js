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
  const appName = 'beside'
  const store = MODERN.Store.create({
    mongoUrl: server.current.url('beside'),
    mongoOptions: { appName },
    autoRemove: 'disabled',
  })
  t.after(async () => {
    await store.close()
    await client.close()
  })
  await store.set('read', { cookie: {}, a: 1 })
  const failCommand = (mode) =>
    client.db('admin').command({
      configureFailPoint: 'failCommand',
      mode,
      data: { failCommands: ['update', 'delete'], blockConnection: true, blockTimeMS: 3000, appName },
    })
  await failCommand('alwaysOn')
  const answered = []
  const large = { cookie: {}, text: 'x'.repeat(100_000) }
  const writes = []
  for (const write of [
    () => store.set('a', { cookie: {} }),
    () => store.set('b', { cookie: {} }),
    () => store.destroy('c'),
    () => store.set('d', large),
  ]) {
    writes.push(write().then(() => answered.push('write')))
    // The pause puts each write into a command of its own.
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  await until('a write that is under way', () => store.stats().inFlight > 0)
  for (let n = 0; n < 20; n += 1) assert.equal((await within('a read', store.get('read'))).a, 1)
  answered.push('reads')
  await failCommand('off')
  await Promise.all(writes)
  assert.equal(answered[0], 'reads')
})
