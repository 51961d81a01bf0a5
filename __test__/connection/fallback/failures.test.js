'use strict'

// Runs the tests with failing, silent, late or absent servers again, with stores that use a client of the application
// instead of the addon. It also tests the difference: each operation is a command of its own.

process.env.TEST_THROUGH = 'client'

const assert = require('node:assert/strict')
const { describe, test } = require('node:test')
const { DRIVERS } = require('../../helpers/drivers.js')
const { useFaultyServer } = require('../../helpers/faulty-server.js')
const { MODERN } = require('../../helpers/stores.js')

const STATEMENTS = [
  'failing',
  'messages',
  'retries',
  'one-statement',
  'late-writes',
  'selection',
  'write-concern',
  'clearing',
]

/** A store through a client of the given driver version. The client's `lookup` function rules out the addon. */
async function openThrough(t, version, there) {
  const options = { lookup: require('node:dns').lookup, ...(version < 4 && { useUnifiedTopology: true }) }
  const client = new DRIVERS[version].MongoClient(there.url(), options)
  await client.connect()
  t.after(() => client.close())
  const store = MODERN.Store.create({ client, stringify: false, autoRemove: 'disabled' })
  t.after(() => store.close())
  return store
}

// Each file's servers run only as long as the file.
for (const name of STATEMENTS) describe(name, () => require(`../../engine/${name}.test.js`))

describe('one operation, one command', () => {
  const server = useFaultyServer()
  const CALLS = {
    update: (store) => store.set('s', { cookie: {} }),
    delete: (store) => store.destroy('s'),
    find: (store) => store.get('s'),
  }
  const OVERLOADED = ['SystemOverloadedError', 'RetryableError']
  /** The server's constant reply, and the maximum number of times that the store asks. */
  const REFUSALS = {
    'limits the rate of requests': { data: { errorCode: 462, errorLabels: OVERLOADED }, most: 3 },
    'is overloaded, by the labels of an error': { data: { errorCode: 50, errorLabels: OVERLOADED }, most: 3 },
    'does not know the operation': { data: { errorCode: 20 }, most: 1 },
    'gives no access': { data: { errorCode: 13 }, most: 1 },
  }

  for (const [what, { data, most }] of Object.entries(REFUSALS)) {
    for (const [command, start] of Object.entries(CALLS)) {
      test(`a server that ${what} is asked for ${command} ${most === 1 ? 'once' : `${most} times at the most`}`, async (t) => {
        const { store, fail, mend } = await server.open(t, {
          parameters: { timeoutMS: 60_000, heartbeatFrequencyMS: 500 },
        })
        await fail([command], data)
        await assert.rejects(start(store), { name: 'MongoServerError', code: data.errorCode })
        const commands = await mend()
        assert.ok(commands >= 1 && commands <= most, `${commands} commands`)
        await start(store)
      })
    }
  }

  test('a write of another key than the id that is there already is tried once', async (t) => {
    const { store, collection, client } = await server.open(t, { stringify: false })
    await collection.createIndex({ 'session.email': 1 }, { unique: true })
    await collection.insertOne({ _id: 'first', session: { email: 'taken' } })
    const count = async () => (await client.db('admin').command({ serverStatus: 1 })).metrics.commands.update.total
    const before = Number(await count())
    await assert.rejects(store.set('s', { cookie: {}, email: 'taken' }), { code: 11000 })
    assert.equal(Number(await count()) - before, 1)
  })

  for (const version of [3, 6, 7]) {
    test(`a server that is overloaded is asked 3 times at the most through a client of version ${version} of the driver`, async (t) => {
      const there = await server.place(t)
      const store = await openThrough(t, version, there)
      for (const [command, start] of Object.entries(CALLS)) {
        await there.fail([command], { errorCode: 462, errorLabels: OVERLOADED })
        await assert.rejects(start(store), { name: 'MongoServerError', code: 462 })
        const commands = await there.mend()
        assert.ok(commands <= 3, `${commands} commands`)
      }
    })
  }

  for (const version of [3, 7]) {
    test(`errors through a client of version ${version} of the driver have the same name, code and text`, async (t) => {
      const there = await server.place(t)
      const store = await openThrough(t, version, there)
      await there.collection.createIndex({ 'session.email': 1 }, { unique: true })
      await store.set('first', { cookie: {}, email: 'taken' })
      const error = await store.set('s', { cookie: {}, email: 'taken' }).then(
        () => assert.fail('it was stored'),
        (reason) => reason,
      )
      assert.deepEqual([error.name, error.code], ['MongoServerError', 11000])
      assert.match(error.message, /session\.email_1 dup key$/)
      await there.fail(['update'], { errorCode: 91 }, { times: 1 })
      await store.set('t', { cookie: {}, email: 'another' })
      await store.clear()
      assert.equal(await there.collection.countDocuments(), 0)
    })
  }
})
