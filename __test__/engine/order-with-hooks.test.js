'use strict'

// The application's hooks may answer late and out of order. The store still keeps the order of calls, for each session
// and for operations on all sessions. `close` waits for operations that are in a hook.

const assert = require('node:assert/strict')
const { describe, test } = require('node:test')
const { MODERN } = require('../helpers/stores.js')
const { STYLES } = require('../helpers/styles.js')
const { useOwnServer } = require('../helpers/server.js')
const { insist, sleep, within } = require('../helpers/wait.js')

const server = useOwnServer()
let databases = 0
const value = (n) => ({ cookie: {}, n })

/** Wraps `fn` in a function that answers a little sooner each time. */
function sooner(fn, longest = 60) {
  let pause = longest
  return async (...args) => {
    pause = Math.max(0, pause - 15)
    await sleep(pause)
    return fn(...args)
  }
}

/** Wraps `fn` in a function whose first call waits for `gate`. */
function firstAfter(gate, fn) {
  let before = gate
  return async (...args) => {
    const mine = before
    before = undefined
    await mine
    return fn(...args)
  }
}

const adapter = (slow) => ({
  encrypt: slow((text) => Buffer.from(text).toString('base64')),
  decrypt: async (text) => Buffer.from(text, 'base64').toString(),
})

/** Options with an asynchronous hook that `slow` makes of a function, by their names in the tests. */
const HOOKS = {
  serialize: (slow) => ({ serialize: slow(JSON.stringify), unserialize: JSON.parse }),
  transformId: (slow) => ({ transformId: slow((sid) => `id of ${sid}`) }),
  cryptoAdapter: (slow) => ({ cryptoAdapter: adapter(slow) }),
  'a patched computeStorageId': () => ({}),
}

function open(t, hooks, { slow = sooner, Store = MODERN.Store } = {}) {
  const mongoUrl = server.current.url(`hooks${(databases += 1)}`)
  const store = new Store({ mongoUrl, autoRemove: 'disabled', ...HOOKS[hooks]?.(slow) })
  if (hooks.startsWith('a patched')) store.computeStorageId = slow((sid) => `id of ${sid}`)
  t.after(() => store.close())
  return store
}

for (const hooks of Object.keys(HOOKS)) {
  describe(`with an asynchronous hook: ${hooks}`, () => {
    test('a get that is called after a set gives what was set', async (t) => {
      const store = open(t, hooks)
      const [, session] = await Promise.all([store.set('s', value(1)), store.get('s')])
      assert.equal(session?.n, 1)
    })

    test('of sets, the last one called stays', async (t) => {
      const store = open(t, hooks)
      await Promise.all([1, 2, 3, 4].map((n) => store.set('s', value(n))))
      assert.equal((await store.get('s')).n, 4)
    })

    test('a destroy and a touch that are called after a set find its session', async (t) => {
      const store = open(t, hooks)
      await Promise.all([store.set('s', value(1)), store.touch('s', value(1)), store.destroy('s')])
      assert.equal(await store.get('s'), null)
    })

    test('length, all and clear come after what was called before them', async (t) => {
      const store = open(t, hooks)
      const [, length] = await Promise.all([store.set('a', value(1)), store.length()])
      assert.equal(length, 1)
      const [, all] = await Promise.all([store.set('b', value(2)), store.all()])
      assert.equal(all.length, 2)
      await Promise.all([store.set('c', value(3)), store.clear(), store.set('d', value(4))])
      assert.equal(await store.length(), 1)
      assert.equal((await store.get('d')).n, 4)
    })

    test('close waits for a set that is on its way, and refuses what is called later', async (t) => {
      const store = open(t, hooks)
      // `close` does not wait long for a server that has not been heard yet.
      await store.length()
      const set = store.set('s', value(1))
      const closed = store.close()
      for (const call of [store.get('s'), store.set('t', value(2)), store.length(), store.clear()]) {
        await assert.rejects(call, { name: 'MongoNotConnectedError' })
      }
      await set
      await closed
      const reader = new MODERN.Store({ ...store.options, ...HOOKS[hooks](sooner) })
      if (hooks.startsWith('a patched')) reader.computeStorageId = store.computeStorageId
      t.after(() => reader.close())
      assert.equal((await reader.get('s')).n, 1)
    })

    test('sessions do not wait for each other', async (t) => {
      let finish
      const gate = new Promise((resolve) => (finish = resolve))
      const store = open(t, hooks, { slow: (fn) => firstAfter(gate, fn) })
      const first = store.set('a', value('a'))
      await within('the other sessions', Promise.all(['b', 'c', 'd'].map((sid) => store.set(sid, value(sid)))))
      finish()
      await first
    })
  })
}

for (const { name, Store } of STYLES) {
  test(`hooks that answer at once keep the order of sets and clears (${name})`, async (t) => {
    const mongoUrl = server.current.url(`hooks${(databases += 1)}`)
    const store = new Store({ mongoUrl, autoRemove: 'disabled', serialize: JSON.stringify, unserialize: JSON.parse })
    t.after(() => store.close())
    await Promise.all([store.set('a', value(1)), store.clear(), store.set('b', value(2))])
    assert.equal(await store.length(), 1)
    assert.equal((await store.get('b')).n, 2)
  })
}

test('a computeStorageId that is patched on the class is used', async (t) => {
  class Patched extends MODERN.Store {}
  Patched.prototype.computeStorageId = async (sid) => `patched ${sid}`
  const store = open(t, 'none', { Store: Patched })
  const [, session] = await Promise.all([store.set('s', value(1)), store.get('s')])
  assert.equal(session.n, 1)
  const other = new MODERN.Store({ ...store.options })
  t.after(() => other.close())
  assert.equal((await other.get('patched s')).n, 1)
})

test('a serialize that is patched later, and answers later, is used', async (t) => {
  const store = open(t, 'none')
  await store.set('before', value(0))
  store.transformFunctions.serialize = sooner((session) => JSON.stringify({ ...session, isPatched: true }))
  const [, session] = await Promise.all([store.set('s', value(1)), store.get('s')])
  assert.deepEqual(session, { ...value(1), isPatched: true })
})

describe('a hook that never answers', () => {
  const LIMIT = 1500
  const never = () => new Promise(() => {})
  const late = (who) => ({
    name: 'MongoOperationTimeoutError',
    message: `timed out after ${LIMIT} ms: ${who} did not answer`,
  })
  const serialize = (session) => (session.n === 'stuck' ? never() : JSON.stringify(session))

  async function withHook(t, options) {
    const mongoUrl = `${server.current.url(`hooks${(databases += 1)}`)}?timeoutMS=${LIMIT}`
    const store = new MODERN.Store({ mongoUrl, autoRemove: 'disabled', ...options })
    t.after(() => store.close())
    await insist(() => store.length())
    return store
  }

  /** Insists on an answer: the server may be late, but no hook. */
  const insistWithoutHook = (start) =>
    insist(() =>
      start().catch((error) => {
        assert.doesNotMatch(error.message, /a hook of|serialize/)
        throw error
      }),
    )

  test('fails its operation by the deadline, and nobody else', async (t) => {
    const store = await withHook(t, { serialize, unserialize: JSON.parse })
    let trials = 0
    // Whatever the hook holds up would be late in each trial.
    const [sid, stuck, behind] = await insistWithoutHook(async () => {
      const id = `s${(trials += 1)}`
      const first = store.set(id, value('stuck'))
      await store.set('other', value(1))
      assert.equal((await store.get('other')).n, 1)
      return [id, first, store.set(id, value(2))]
    })
    await assert.rejects(stuck, late('serialize'))
    await behind.catch((error) => assert.equal(error.name, late().name))
    await insistWithoutHook(() => store.set(sid, value(3)))
    assert.equal((await insistWithoutHook(() => store.get(sid))).n, 3)
  })

  test('does not hold up close for ever', async (t) => {
    const store = await withHook(t, { transformId: never })
    const stuck = assert.rejects(store.get('s'), late('transformId'))
    await within('the end', store.close())
    await stuck
  })

  test('is not waited for by clear for longer than the deadline', async (t) => {
    const store = await withHook(t, { serialize, unserialize: JSON.parse })
    await insistWithoutHook(() => store.set('there', value(1)))
    const stuck = assert.rejects(store.set('s', value('stuck')), late('serialize'))
    await store.clear().catch((error) => assert.equal(error.name, late().name))
    await stuck
    await insistWithoutHook(() => store.clear())
    assert.equal(await insistWithoutHook(() => store.length()), 0)
  })
})
