'use strict'

// Each operation has one deadline, counted from its call, for all that it waits for: hooks of the application, the
// opening of a connection, the servers. Which of two operations ends first shows from when their time counts, so no test
// measures a time.

const assert = require('node:assert/strict')
const dns = require('node:dns')
const { describe, test } = require('node:test')
const { MongoClient } = require('mongodb')
const { MODERN } = require('../helpers/stores.js')
const { useFaultyServer } = require('../helpers/faulty-server.js')
const { insist, until, within, sleep } = require('../helpers/wait.js')

const LIMIT = 1500 // ms
/** Most of that time. */
const MOST = 0.9 * LIMIT
const TRIALS = 3
const server = useFaultyServer()
const never = () => new Promise(() => {})
const late = (who) => ({
  name: 'MongoOperationTimeoutError',
  message: `timed out after ${LIMIT} ms: ${who} did not answer`,
})
const session = { cookie: {} }
const plain = { encrypt: async (text) => text, decrypt: async (text) => text }

/**
 * Calls `start`, and resolves with the error that names a hook. On a slow machine the server may be the one that does not answer
 * in time: then it is called again.
 */
const heldUp = (what, start) =>
  insist(() =>
    within(what, start()).then(
      () => assert.fail(`${what} has an answer`),
      (error) => {
        if (/hook|transformId|serialize|cryptoAdapter/.test(error.message)) return error
        throw error
      },
    ),
  )

/** Ways to give a connection, by the carrier that then works for the store. */
const CARRIERS = {
  'the addon': (mongoUrl) => ({ mongoUrl }),
  // The addon can't do what `lookup` does.
  'a client': (mongoUrl, t) => {
    const client = new MongoClient(mongoUrl, { lookup: dns.lookup })
    t.after(() => client.close())
    return { client }
  },
}

for (const [carrier, connectionTo] of Object.entries(CARRIERS)) {
  /** A store with hooks, connected, and its collection. */
  async function open(t, hooks) {
    const there = await server.place(t)
    const mongoUrl = there.url({ timeoutMS: LIMIT })
    const store = MODERN.Store.create({ ...connectionTo(mongoUrl, t), autoRemove: 'disabled', ...hooks })
    t.after(() => store.close())
    await insist(() => store.length())
    return { store, ...there }
  }

  describe(`A hook that never answers ends its operation by the deadline, through ${carrier}`, () => {
    const HOOKS = {
      transformId: { hooks: { transformId: never }, calls: ['get', 'set', 'touch', 'destroy', 'load'] },
      serialize: { hooks: { serialize: never }, calls: ['set'] },
      'cryptoAdapter.encrypt': {
        hooks: { cryptoAdapter: { ...plain, encrypt: never } },
        calls: ['set'],
        who: 'cryptoAdapter',
      },
      unserialize: {
        hooks: { unserialize: never },
        calls: ['get', 'load', 'all'],
        who: 'unserialize or cryptoAdapter',
      },
      'cryptoAdapter.decrypt': {
        hooks: { cryptoAdapter: { ...plain, decrypt: never } },
        calls: ['get', 'load', 'all'],
        who: 'unserialize or cryptoAdapter',
      },
    }
    for (const [hook, { hooks, calls, who = hook }] of Object.entries(HOOKS)) {
      test(hook, async (t) => {
        const { store, collection } = await open(t, hooks)
        await collection.insertOne({ _id: 's', session: '{"cookie":{}}' })
        await Promise.all(
          calls.map(async (method) => {
            const args = { all: [], set: ['s', session], touch: ['s', session] }[method] ?? ['s']
            // The operations on one session take turns.
            const others = method === 'touch' || calls.length > 3 ? `(${who}|a hook of an earlier operation)` : who
            const message = new RegExp(`^timed out after ${LIMIT} ms: ${others} did not answer$`)
            const error = await heldUp(method, () => store[method](...args))
            assert.equal(error.name, late(who).name, method)
            assert.match(error.message, message, method)
          }),
        )
      })
    }

    test('a patched unserialize', async (t) => {
      const { store, collection } = await open(t)
      await collection.insertOne({ _id: 's', session: '{"cookie":{}}' })
      store.transformFunctions.unserialize = never
      const error = await heldUp('get', () => store.get('s'))
      assert.deepEqual({ name: error.name, message: error.message }, late('unserialize or cryptoAdapter'))
    })

    test('and its answer comes to nothing when it is late', async (t) => {
      let finish
      const unserialize = () => new Promise((_resolve, reject) => (finish = reject))
      const { store, collection } = await open(t, { unserialize })
      await collection.insertOne({ _id: 's', session: '{"cookie":{}}' })
      const answers = []
      await until('an answer while the hook is at work', async () => {
        answers.length = 0
        store.get('s', (...results) => answers.push(results))
        await until('the answer', () => answers.length > 0)
        return finish
      })
      finish(new Error('late'))
      await sleep(1)
      assert.equal(answers.length, 1)
    })
  })

  describe(`The time of an operation counts from its call, through ${carrier}`, () => {
    const slow = async (sid) => {
      if (sid === 'slow') await sleep(MOST)
      else await never()
    }

    /**
     * Checks that an operation ends before one that was called later, and lives until its own deadline. If this process stalls
     * until both are over, it sees them end in either order. An operation whose time counts from a wrong moment ends last in
     * every trial.
     */
    async function endsFirst(first, second) {
      for (let trials = 1; ; trials += 1) {
        const ended = []
        const one = first().finally(() => ended.push('first'))
        one.catch(() => {})
        await sleep(LIMIT / 2)
        const other = second().finally(() => ended.push('second'))
        const results = await Promise.allSettled([one, other])
        for (const { reason } of results) assert.match(`${reason}`, /timed out|selection/i)
        if (ended[0] === 'first') return results[0].reason
        assert.ok(trials < TRIALS, 'the operation that was called first ended last')
      }
    }

    test('when a hook before it and a hook after it are slow', async (t) => {
      const transformId = async (sid) => (await slow(sid), sid)
      const { store, collection } = await open(t, { transformId, unserialize: never })
      await collection.insertOne({ _id: 'slow', session: '{}' })
      await endsFirst(
        () => store.get('slow'),
        () => store.get('stuck'),
      )
    })

    test('when a hook and then the server are slow', async (t) => {
      const transformId = async (sid) => (await slow(sid), sid)
      const { store } = await open(t, { transformId })
      await server.current.kill('SIGSTOP')
      try {
        const error = await endsFirst(
          () => store.get('slow'),
          () => store.get('stuck'),
        )
        assert.match(error.message, new RegExp(`^timed out after ${LIMIT} ms`))
      } finally {
        await server.current.kill('SIGCONT')
      }
    })

    test('when a hook and then the server are slow, for an operation on all sessions', async (t) => {
      const transformId = async (sid) => (await slow(sid), sid)
      const { store } = await open(t, { transformId })
      await server.current.kill('SIGSTOP')
      try {
        for (const method of ['length', 'all', 'clear']) {
          let waited
          await endsFirst(
            () => {
              waited = store.get('slow').catch(() => {})
              return store[method]()
            },
            () => store.get('stuck'),
          )
          await waited
        }
      } finally {
        await server.current.kill('SIGCONT')
      }
    })

    test('when a connection opens slowly, and then the server is slow', async (t) => {
      const { store: other, url } = await open(t)
      // Not every release of the driver keeps `timeoutMS`.
      const mongoUrl = url({ serverSelectionTimeoutMS: LIMIT - 400, socketTimeoutMS: 400 })
      const given = connectionTo(mongoUrl, t).client ?? new MongoClient(mongoUrl)
      await insist(() => given.connect())
      t.after(() => given.close())
      await server.current.kill('SIGSTOP')
      try {
        await endsFirst(
          () => {
            const clientPromise = sleep(MOST).then(() => given)
            const store = MODERN.Store.create({ clientPromise, autoRemove: 'disabled' })
            t.after(() => store.close())
            return store.get('s')
          },
          () => other.get('s'),
        )
      } finally {
        await server.current.kill('SIGCONT')
      }
    })

    test('when a session is looked for under several ids, and each look is slow', async (t) => {
      const encryption = {
        hashIds: true,
        keys: [
          { id: 'new', secret: 'n'.repeat(32) },
          { id: 'old', secret: 'o'.repeat(32) },
        ],
      }
      const { store, fail, mend } = await open(t, { encryption })
      await fail(['find'], { blockConnection: true, blockTimeMS: LIMIT / 2 })
      await assert.rejects(store.get('s'), { name: 'MongoOperationTimeoutError' })
      await mend()
      assert.equal(await insist(() => store.get('s')), null)
    })
  })
}
