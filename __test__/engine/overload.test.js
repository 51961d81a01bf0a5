'use strict'

// An overloaded server gets less work. The store retries a refused batch at most twice, and never splits it into many
// commands.

const assert = require('node:assert/strict')
const { describe, test } = require('node:test')
const { useFaultyServer } = require('../helpers/faulty-server.js')

const range = (count) => Array.from({ length: count }, (_, n) => n)
const COUNT = 100
const TRIES = 3
const OVERLOADED = ['SystemOverloadedError', 'RetryableError']
const REFUSALS = {
  'limits the rate of requests': { errorCode: 462, errorLabels: OVERLOADED },
  'is overloaded, by the labels of an error': { errorCode: 50, errorLabels: OVERLOADED },
  'does not know the operation': { errorCode: 20 },
}
const CALLS = {
  set: ['update', (store, n) => store.set(`s${n}`, { cookie: {}, n })],
  touch: ['update', (store, n) => store.touch(`s${n}`, { cookie: {} })],
  destroy: ['delete', (store, n) => store.destroy(`s${n}`)],
  get: ['find', (store, n) => store.get(`s${n}`)],
}

for (const [kind, members] of [
  ['a standalone server', 0],
  ['a replica set of one member', 1],
]) {
  describe(`with ${kind}`, () => {
    const server = useFaultyServer({ members })

    for (const [what, data] of Object.entries(REFUSALS)) {
      for (const [method, [command, start]] of Object.entries(CALLS)) {
        test(`${COUNT} calls of ${method} at once are few commands for a server that ${what}`, async (t) => {
          const { store, fail, mend } = await server.open(t, {
            parameters: { timeoutMS: 60_000, heartbeatFrequencyMS: 500 },
          })
          const before = store.stats().batches
          await fail([command], data)
          const results = await Promise.allSettled(range(COUNT).map((n) => start(store, n)))
          const commands = await mend()
          const batches = store.stats().batches - before
          assert.ok(commands <= TRIES * batches && batches < COUNT / 4, `${commands} commands for ${batches} batches`)
          assert.deepEqual([...new Set(results.map(({ reason }) => reason?.code))], [data.errorCode])
          await start(store, 0).catch((error) => assert.match(error.message, /Unable to find/))
        })
      }
    }

    test('an operation that an overloaded server refuses in passing succeeds', async (t) => {
      const { store, fail } = await server.open(t)
      for (const [command, start] of Object.values(CALLS)) {
        if (start === CALLS.touch[1]) continue
        await fail([command], { errorCode: 462, errorLabels: OVERLOADED }, { times: 1 })
        await start(store, 1)
      }
    })
  })
}
