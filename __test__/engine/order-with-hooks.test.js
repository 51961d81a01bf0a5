'use strict'

// The application's hooks may answer late and out of order. The store still keeps the order of calls, for each session
// and for operations on all sessions. `close` waits for operations that are in a hook.

const assert = require('node:assert/strict')
const { describe, test } = require('node:test')
const { MODERN } = require('../helpers/stores.js')
const { STYLES } = require('../helpers/styles.js')
const { useOwnServer } = require('../helpers/server.js')
const { sleep, within } = require('../helpers/wait.js')

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

const adapter = () => ({
  encrypt: sooner((text) => Buffer.from(text).toString('base64')),
  decrypt: async (text) => Buffer.from(text, 'base64').toString(),
})

/** Options with an asynchronous hook, by their names in the tests. */
const HOOKS = {
  serialize: () => ({ serialize: sooner(JSON.stringify), unserialize: JSON.parse }),
  transformId: () => ({ transformId: sooner((sid) => `id of ${sid}`) }),
  cryptoAdapter: () => ({ cryptoAdapter: adapter() }),
  'a patched computeStorageId': () => ({}),
}

function open(t, hooks, parameters = '', Store = MODERN.Store) {
  const mongoUrl = `${server.current.url(`hooks${(databases += 1)}`)}${parameters}`
  const store = new Store({ mongoUrl, autoRemove: 'disabled', ...HOOKS[hooks]?.() })
  if (hooks.startsWith('a patched')) store.computeStorageId = sooner((sid) => `id of ${sid}`)
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
      const set = store.set('s', value(1))
      const closed = store.close()
      for (const call of [store.get('s'), store.set('t', value(2)), store.length(), store.clear()]) {
        await assert.rejects(call, { name: 'MongoNotConnectedError' })
      }
      await set
      await closed
      const reader = new MODERN.Store({ ...store.options, ...HOOKS[hooks]() })
      if (hooks.startsWith('a patched')) reader.computeStorageId = store.computeStorageId
      t.after(() => reader.close())
      assert.equal((await reader.get('s')).n, 1)
    })

    test('sessions do not wait for each other', async (t) => {
      const store = open(t, hooks)
      const order = []
      await Promise.all(['a', 'b', 'c', 'd'].map((sid) => store.set(sid, value(sid)).then(() => order.push(sid))))
      assert.notEqual(order[0], 'a', 'its hook takes longest')
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
  const store = open(t, 'none', '', Patched)
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
  const LIMIT = 500
  const never = () => new Promise(() => {})
  const late = (who) => ({
    name: 'MongoOperationTimeoutError',
    message: `timed out after ${LIMIT} ms: ${who} did not answer`,
  })

  async function withHook(t, options) {
    const mongoUrl = `${server.current.url(`hooks${(databases += 1)}`)}?timeoutMS=${LIMIT}`
    const store = new MODERN.Store({ mongoUrl, autoRemove: 'disabled', ...options })
    t.after(() => store.close())
    return store
  }

  test('fails its operation by the deadline, and nobody else', async (t) => {
    const serialize = (session) => (session.n === 'stuck' ? never() : JSON.stringify(session))
    const store = await withHook(t, { serialize, unserialize: JSON.parse })
    const stuck = store.set('s', value('stuck'))
    await store.set('other', value(1))
    assert.equal((await store.get('other')).n, 1)
    const behind = store.set('s', value(2))
    await assert.rejects(stuck, late('serialize'))
    await behind.catch((error) => assert.equal(error.message, late('a hook of an earlier operation').message))
    await store.set('s', value(3))
    assert.equal((await store.get('s')).n, 3)
  })

  test('does not hold up close for ever', async (t) => {
    const store = await withHook(t, { transformId: never })
    const stuck = assert.rejects(store.get('s'), late('transformId'))
    await within('the end', store.close())
    await stuck
  })

  test('is not waited for by clear for longer than the deadline', async (t) => {
    const serialize = (session) => (session.n === 'stuck' ? never() : JSON.stringify(session))
    const store = await withHook(t, { serialize, unserialize: JSON.parse })
    await store.set('there', value(1))
    const stuck = assert.rejects(store.set('s', value('stuck')), late('serialize'))
    await store.clear().catch((error) => assert.equal(error.name, 'MongoOperationTimeoutError'))
    await stuck
    await store.clear()
    assert.equal(await store.length(), 0)
  })
})
