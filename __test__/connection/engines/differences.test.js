'use strict'

// What other engines do differently, emulated: transaction numbers, TTL indexes, throttling.

const assert = require('node:assert/strict')
const { describe, test } = require('node:test')
const { MongoClient } = require('mongodb')
const { ENGINES, startEngine } = require('../../helpers/engines.js')
const { useOwnServer } = require('../../helpers/server.js')
const { MODERN, aSession } = require('../../helpers/stores.js')
const { until } = require('../../helpers/wait.js')
const { warningsOfStores } = require('../../helpers/warnings.js')

const alone = useOwnServer({ args: ['--setParameter', 'ttlMonitorEnabled=false'] })
const set = useOwnServer({ nodes: 1 }, 'startReplicaSet')

const COSMOS = ENGINES['azure-cosmos-db']
/** How many operations start at once. */
const COUNT = 50
const SHORTLY = 0.002 // minutes
const range = (count) => Array.from({ length: count }, (_, n) => n)
const expired = () => ({ cookie: { expires: new Date(Date.now() - 1000) } })

let databases = 0

/**
 * Starts an engine by its profile. Resolves with what `startEngine` gives, the connection string, the collection behind the
 * engine, and `open(options, parameters)`, which makes a store. All are closed after the test, the stores first.
 */
async function place(t, profile) {
  const server = (profile.members ? set : alone).current
  const engine = await startEngine(profile, new URL(server.uri).host)
  const dbName = `engine-${(databases += 1)}`
  const client = await MongoClient.connect(server.uri)
  const mongoUrl = `mongodb://${engine.host}/${dbName}`
  const stores = []
  t.after(async () => {
    await Promise.all(stores.map((store) => store.close()))
    await client.close()
    engine.close()
  })
  const open = (options, parameters = '') => {
    const store = MODERN.Store.create({ mongoUrl: mongoUrl + parameters, autoRemove: 'disabled', ...options })
    stores.push(store)
    return store
  }
  return { ...engine, mongoUrl, collection: client.db(dbName).collection('sessions'), open }
}

const numbered = (sent) => sent.filter(({ isNumbered }) => isNumbered).length
const commands = (sent, wanted) => sent.filter(({ name }) => name === wanted).length

for (const profile of Object.values(ENGINES)) {
  const takesNumbers = Boolean(profile.members)

  describe(profile.title, () => {
    test(`writes have ${takesNumbers ? 'transaction numbers' : 'no transaction numbers, but for the first one at most'}`, async (t) => {
      const { sent, collection, open } = await place(t, profile)
      const store = open()
      await store.set('first', aSession())
      const before = sent.length
      await Promise.all(range(COUNT).map((n) => store.set(`s${n}`, aSession({ n }))))
      await Promise.all(range(COUNT).map((n) => store.touch(`s${n}`, aSession())))
      await Promise.all(range(COUNT).map((n) => store.destroy(`s${n}`)))
      const later = sent.slice(before)
      const writes = commands(later, 'update') + commands(later, 'delete')
      assert.equal(numbered(later), takesNumbers ? writes : 0)
      assert.ok(numbered(sent.slice(0, before)) <= 1)
      assert.deepEqual(await collection.distinct('_id'), ['first'])
    })

    test('each of many first writes succeeds, and does what it says', async (t) => {
      const { collection, open } = await place(t, profile)
      const store = open()
      const events = []
      for (const event of ['create', 'update']) store.on(event, (sid) => events.push(`${event} ${sid}`))
      await Promise.all(range(COUNT).map((n) => store.set(`s${n}`, aSession({ n }))))
      await store.set('s0', aSession())
      assert.equal(await collection.countDocuments(), COUNT)
      assert.deepEqual(events.sort(), [...range(COUNT).map((n) => `create s${n}`), 'update s0'].sort())
      await assert.rejects(store.touch('none', aSession()), /Unable to find/)
    })

    if (!profile.refusals?.ttlIndex) {
      test('the TTL index is made, and nothing is warned of', async (t) => {
        const { mongoUrl, collection, open } = await place(t, profile)
        assert.deepEqual(await warningsOfStores(MODERN, { mongoUrl }), [])
        assert.equal((await collection.indexes()).find(({ key }) => key.expires)?.expireAfterSeconds, 0)
        const store = open({ autoRemove: 'native' })
        await store.collectionP
        assert.equal(store.timer, undefined)
      })
      return
    }

    test('the store removes expired sessions at an interval, as there is no TTL index', async (t) => {
      const { collection, open } = await place(t, profile)
      const store = open({ autoRemove: 'native', autoRemoveInterval: SHORTLY })
      await store.set('live', aSession())
      for (const sid of ['first', 'second']) {
        await store.set(sid, expired())
        await until('the removal', async () => (await collection.countDocuments({ _id: sid })) === 0)
      }
      assert.deepEqual(await collection.distinct('_id'), ['live'])
      assert.equal(store.timer.hasRef(), false)
      await store.close()
      assert.equal(store.timer, undefined)
    })

    test('one warning for all stores of a collection says why, and what to set', async (t) => {
      const { mongoUrl } = await place(t, profile)
      const [warning, ...others] = await warningsOfStores(MODERN, { mongoUrl }, { mongoUrl })
      assert.deepEqual(others, [])
      assert.equal(warning.code, 'MONGO_STORE_INDEX')
      assert.match(
        warning.message,
        /expireAfterSeconds.* The store removes them itself every 10 minutes.* autoRemove: 'interval'/,
      )
      assert.deepEqual(await warningsOfStores(MODERN, { mongoUrl, autoRemove: 'interval' }), [])
    })
  })
}

describe('an engine that accepts the TTL index, and removes nothing by it', () => {
  const accepting = {
    ...COSMOS,
    answer: (name) => (name === 'createIndexes' ? { _t: 'CreateIndexesResponse', ok: 1 } : undefined),
  }

  test('is recognised by its reply, and the store removes expired sessions at an interval', async (t) => {
    const { mongoUrl, collection, open } = await place(t, accepting)
    // As such an engine lists it.
    await collection.createIndex({ expires: 1 }, { expireAfterSeconds: 0 })
    const [warning] = await warningsOfStores(MODERN, { mongoUrl })
    assert.equal(warning?.code, 'MONGO_STORE_INDEX')
    const store = open({ autoRemove: 'native', autoRemoveInterval: SHORTLY })
    await store.set('dead', expired())
    await until('the removal', async () => (await collection.countDocuments()) === 0)
  })

  for (const [what, profile] of [
    ['accepts the other', accepting],
    ['refuses the other', COSMOS],
  ]) {
    test(`an index on _ts, which removes what did not change, is enough where the engine ${what}`, async (t) => {
      const { mongoUrl, collection, open } = await place(t, profile)
      await collection.createIndex({ _ts: 1 }, { expireAfterSeconds: 1_209_600 })
      assert.deepEqual(await warningsOfStores(MODERN, { mongoUrl }), [])
      const store = open({ autoRemove: 'native' })
      await store.collectionP
      assert.equal(store.timer, undefined)
    })
  }
})

describe('an engine that throttles requests', () => {
  const CALLS = {
    set: ['update', (store, n) => store.set(`s${n}`, aSession({ n }))],
    get: ['find', (store, n) => store.get(`s${n}`)],
    touch: ['update', (store, n) => store.touch(`s${n}`, aSession())],
    destroy: ['delete', (store, n) => store.destroy(`s${n}`)],
    length: ['aggregate', (store) => store.length()],
  }
  /** The store sends a command again nine times at most. */
  const MOST = 10

  for (const byStatement of [false, true]) {
    const how = byStatement ? 'statement by statement' : 'as whole commands'
    test(`operations that it refuses in passing, ${how}, succeed`, async (t) => {
      const { throttle, collection, open } = await place(t, COSMOS)
      const store = open()
      await store.set('s0', aSession())
      for (const [, start] of Object.values(CALLS)) {
        throttle(2, { byStatement })
        await start(store, 1)
      }
      throttle(2, { byStatement })
      await Promise.all(range(4).map((n) => store.set(`s${n}`, aSession())))
      assert.ok(store.stats().retries > 0)
      assert.deepEqual((await collection.distinct('_id')).sort(), ['s0', 's1', 's2', 's3'])
    })
  }

  for (const [method, [command, start]] of Object.entries(CALLS)) {
    test(`${method} is tried again a few times only, and then fails with the code of the engine`, async (t) => {
      const { throttle, sent, open } = await place(t, COSMOS)
      const store = open()
      await store.set('s1', aSession())
      const before = commands(sent, command)
      throttle(Infinity)
      await assert.rejects(start(store, 1), { name: 'MongoServerError', code: 16_500 })
      assert.equal(commands(sent, command) - before, MOST)
    })
  }

  test('operations are tried again with retryWrites=false, too, which such an engine asks for', async (t) => {
    const { throttle, sent, open } = await place(t, COSMOS)
    const store = open({}, '?retryWrites=false')
    for (const [, start] of Object.values(CALLS)) {
      throttle(2)
      await start(store, 1)
    }
    assert.equal(numbered(sent), 0)
  })
})
