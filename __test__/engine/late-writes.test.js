'use strict'

// A write that the server executes after its caller was told of a failure must not undo any later write.

const assert = require('node:assert/strict')
const { describe, test } = require('node:test')
const { throughDriver } = require('../helpers/addon.js')
const { isAtWork } = require('../helpers/connections.js')
const { useFaultyServer } = require('../helpers/faulty-server.js')
const { startLoad } = require('../helpers/load.js')
const { insist, sleep, until } = require('../helpers/wait.js')

const LIMIT = 800 // ms that an operation may take
const BLOCK = 3000 // ms that the server holds a command
const range = (count) => Array.from({ length: count }, (_, n) => n)
const late = { name: 'MongoOperationTimeoutError' }
const until2100 = { cookie: { expires: new Date('2100-01-01') } }
const until2200 = { cookie: { expires: new Date('2200-01-01') } }

/** The late call, the call repeated afterwards, and the expected state of the document; `n` is the session's number. */
const PAIRS = {
  'a set that comes late does not bring back a session that was destroyed after it': {
    command: 'update',
    first: (store, n) => store.set(`s${n}`, { cookie: {}, n: 'late' }),
    second: (store, n) => store.destroy(`s${n}`),
    left: (document) => document,
    right: () => null,
  },
  'a set that comes late does not replace the session that was stored after it': {
    command: 'update',
    first: (store, n) => store.set(`s${n}`, { cookie: {}, n: 'late' }),
    second: (store, n) => store.set(`s${n}`, { cookie: {}, n }),
    left: (document) => document?.session.n,
    right: (n) => n,
  },
  'a touch that comes late does not bring back a session that was destroyed after it': {
    command: 'update',
    prepared: { session: { cookie: {} } },
    first: (store, n) => store.touch(`s${n}`, until2100),
    second: (store, n) => store.destroy(`s${n}`),
    left: (document) => document,
    right: () => null,
  },
  'a touch that comes late does not replace the date of the touch after it': {
    command: 'update',
    prepared: { session: { cookie: {} } },
    first: (store, n) => store.touch(`s${n}`, until2100),
    second: (store, n) => store.touch(`s${n}`, until2200),
    left: (document) => document?.expires?.getUTCFullYear(),
    right: () => 2200,
  },
  'a destroy that comes late does not remove the session that was stored after it': {
    command: 'delete',
    prepared: { session: { cookie: {} } },
    first: (store, n) => store.destroy(`s${n}`),
    second: (store, n) => store.set(`s${n}`, { cookie: {}, n }),
    left: (document) => document?.session.n,
    right: (n) => n,
  },
}

for (const [kind, members] of [
  ['a replica set of one member', 1],
  ['a standalone server', 0],
]) {
  describe(`with ${kind}`, () => {
    const server = useFaultyServer({ members })
    const open = (t) => server.open(t, { stringify: false, parameters: { timeoutMS: LIMIT } })

    for (const [statement, { command, prepared, first, second, left, right }] of Object.entries(PAIRS)) {
      for (const count of [1, 50]) {
        test(count === 1 ? statement : `${statement}, ${count} times at once`, async (t) => {
          const { store, client, appName, collection, fail } = await open(t)
          if (prepared) await collection.insertMany(range(count).map((n) => ({ _id: `s${n}`, ...prepared })))
          // Meanwhile the other command carries traffic for other sessions.
          const load = startLoad(2, (worker, round) =>
            command === 'update' ? store.destroy(`other${worker}`) : store.set(`other${worker}`, { cookie: {}, round }),
          )
          try {
            await until('traffic', () => load.answered > 10)
            // The fail point holds one command, which contains many calls, or one command per call.
            // (Ending the fail point earlier would wait for the end of the block.)
            const mode = { times: throughDriver ? count : 1 }
            await until('a call that is late', async () => {
              await fail([command], { blockConnection: true, blockTimeMS: BLOCK }, mode)
              const results = await Promise.allSettled(range(count).map((n) => first(store, n)))
              // Many calls make several commands, and the server holds one of them.
              return results.some(({ reason }) => reason?.name === late.name)
            })
            await Promise.all(range(count).map((n) => insist(() => second(store, n))))
          } finally {
            await load.stop()
          }
          await until('the end of the late commands', async () => !(await isAtWork(client, appName)))
          const found = await Promise.all(range(count).map((n) => collection.findOne({ _id: `s${n}` })))
          assert.deepEqual(found.map(left), range(count).map(right))
        })
      }
    }

    // A standalone server can't detect that a command is out of date if it reads the command only then.
    if (members === 0) return
    test('sets that a stalled server carries out late do not bring back sessions that were destroyed after it went on', async (t) => {
      const { store, client, appName, collection } = await open(t)
      for (const round of range(3)) {
        await server.members[0].kill('SIGSTOP')
        try {
          await Promise.all(range(200).map((n) => assert.rejects(store.set(`s${n}`, { cookie: {}, round }), late)))
        } finally {
          await server.members[0].kill('SIGCONT')
        }
        await Promise.all(range(200).map((n) => insist(() => store.destroy(`s${n}`))))
        await until('the end of the late commands', async () => !(await isAtWork(client, appName)))
        await sleep(100)
        assert.equal(await collection.countDocuments(), 0, `round ${round}`)
      }
    })
  })
}
