'use strict'

// Two processes change different keys of one session, as fast as they can. With `onConflict: 'merge'`, neither ever finds that
// its own key is not as it has left it.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { runProgram } = require('../helpers/child.js')
const { aSession, useStores } = require('../helpers/stores.js')
const { until } = require('../helpers/wait.js')

const server = useStores()
const KEYS = [{ id: 'a', secret: 'a secret of a test that has 32 bytes or more' }]
const WITHOUT_ADDON = { CONNECT_MONGO_NATIVE_ADDON: 'off' }
const FEW = 500

/** Counts on a key of a session, and prints how often the key was not as this process had left it. */
async function countOn({ package: name, options, key, rounds }) {
  const { MongoStore } = require(name)
  const store = MongoStore.create(options)
  const ask = (method, ...args) =>
    new Promise((resolve, reject) => {
      store[method](...args, (error, value) => (error ? reject(error) : resolve(value)))
    })
  let lost = 0
  for (let round = 0; round < rounds; round += 1) {
    const session = await ask('get', 's')
    if ((session[key] ?? 0) !== round) lost += 1
    session[key] = round + 1
    await ask('set', 's', session)
  }
  console.log(JSON.stringify({ lost, conflicts: store.stats?.().conflicts }))
  await store.close()
}

/** Has two processes count. Resolves with what they found, in all. */
async function race(t, { rounds, options = {}, env = [{}, {}], name = 'connect-mongo-native' }) {
  const { store, mongoUrl, collection } = server.open(t, options)
  await store.set('s', aSession())
  const shared = { mongoUrl, collectionName: collection.collectionName, autoRemove: 'disabled', ...options }
  const runs = ['one', 'other'].map((key, at) =>
    runProgram(countOn, { package: name, options: shared, key, rounds }, { env: env[at], limitMs: 600_000 }),
  )
  const results = (await Promise.all(runs)).map(({ code, lines: [line], stderr }) => {
    assert.equal(code, 0, stderr)
    return JSON.parse(line)
  })
  const { one, other } = await store.get('s')
  return {
    counts: [one, other],
    lost: results[0].lost + results[1].lost,
    conflicts: results[0].conflicts + results[1].conflicts,
  }
}

for (const [way, run] of Object.entries({
  'as text': { rounds: 10_000 },
  'as a subdocument': { rounds: FEW, options: { stringify: false } },
  encrypted: { rounds: FEW, options: { encryption: { keys: KEYS } } },
  'without the addon': { rounds: FEW, env: [WITHOUT_ADDON, WITHOUT_ADDON] },
  'one of them without the addon': { rounds: FEW, env: [{}, WITHOUT_ADDON] },
})) {
  test(`no change is lost in ${run.rounds} rounds of two processes, ${way}`, async (t) => {
    // If one process has ended when the other begins, neither has been in the way of the other.
    await until('conflicts', async () => {
      const { counts, lost, conflicts } = await race(t, { ...run, options: { ...run.options, onConflict: 'merge' } })
      assert.deepEqual(counts, [run.rounds, run.rounds])
      assert.equal(lost, 0)
      t.diagnostic(`${conflicts} conflicts`)
      return conflicts > 0
    })
  })
}

for (const [which, name] of [
  ['the default', 'connect-mongo-native'],
  ['connect-mongo 6', 'connect-mongo-6'],
]) {
  test(`with ${which}, changes are lost`, async (t) => {
    await until('a lost change', async () => (await race(t, { rounds: FEW, name })).lost > 0)
  })
}
