'use strict'

// One bad thing harms nobody else. What is wrong with one operation (its session, its id, a hook, its callback) or with one
// store fails there, while others that are called at the same moment, and share batches with it, succeed.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { runProgram } = require('../helpers/child.js')
const { aSession, eachStyle, make, useStores } = require('../helpers/stores.js')
const { within } = require('../helpers/wait.js')

const server = useStores()
const range = (count) => Array.from({ length: count }, (_, n) => n)
const MANY = 200

/** Calls every method for many sessions, and checks what comes of it. */
async function worksFor(store) {
  await Promise.all(range(MANY).map((n) => store.set(`good${n}`, { ...aSession(), n })))
  const found = await Promise.all(range(MANY).map((n) => store.get(`good${n}`)))
  assert.deepEqual(
    found.map(({ n }) => n),
    range(MANY),
  )
  await Promise.all(range(MANY).map((n) => store.touch(`good${n}`, aSession())))
  await Promise.all(range(MANY).map((n) => store.destroy(`good${n}`)))
}

/** What is wrong with an operation: options of the store, and how often the operation is called with what. */
const BAD = {
  'sessions that a validator of the collection refuses': {
    options: { stringify: false },
    prepare: (db, name) => db.createCollection(name, { validator: { 'session.bad': { $exists: false } } }),
    call: (store, n) => store.set(`bad${n}`, { bad: n }),
    code: 121,
  },
  'sessions that break a unique index': {
    options: { stringify: false },
    prepare: async (db, name) => {
      await db.collection(name).createIndex({ 'session.email': 1 }, { unique: true, sparse: true })
      await db.collection(name).insertOne({ _id: 'first', session: { email: 'taken' } })
    },
    call: (store, n) => store.set(`bad${n}`, { email: 'taken' }),
    code: 11000,
  },
  'ids that the server refuses': {
    options: { transformId: (sid) => (sid.startsWith('bad') ? [sid] : sid) },
    call: (store, n) => store.set(`bad${n}`, {}),
  },
  'sessions that are too large': {
    call: (store, n) => (n < 5 ? store.set(`bad${n}`, { text: 'x'.repeat(17_000_000) }) : undefined),
    code: 10334,
  },
  'a serialize that throws': {
    options: {
      serialize: (session) => {
        if (session.isBad) throw new RangeError('of the hook')
        return JSON.stringify(session)
      },
      unserialize: JSON.parse,
    },
    call: (store, n) => store.set(`bad${n}`, { isBad: true }),
  },
  'a transformId that rejects': {
    options: {
      transformId: async (sid) => (sid.startsWith('bad') ? Promise.reject(new RangeError('of the hook')) : sid),
    },
    call: (store, n) => store.get(`bad${n}`),
  },
  'an unserialize that throws': {
    options: {
      serialize: JSON.stringify,
      unserialize: (text) => {
        const session = JSON.parse(text)
        if (session.isBad) throw new RangeError('of the hook')
        return session
      },
    },
    prepare: (db, name) =>
      db.collection(name).insertMany(range(MANY).map((n) => ({ _id: `bad${n}`, session: '{"isBad":true}' }))),
    call: (store, n) => store.get(`bad${n}`),
  },
  'stored sessions that are no JSON': {
    prepare: (db, name) =>
      db.collection(name).insertMany(range(MANY).map((n) => ({ _id: `bad${n}`, session: '{bad' }))),
    call: (store, n) => store.get(`bad${n}`),
  },
}

eachStyle(({ style }) => {
  for (const [what, { options, prepare, call, code }] of Object.entries(BAD)) {
    test(`${what} fail alone`, async (t) => {
      const opened = server.open(t, options, style)
      const { db } = server.place(opened.dbName)
      await prepare?.(db, opened.collection.collectionName)
      const bad = Promise.allSettled(range(MANY).flatMap((n) => call(opened.store, n) ?? []))
      await worksFor(opened.store)
      for (const { status, reason } of await bad) {
        assert.equal(status, 'rejected')
        if (code !== undefined) assert.equal(reason.code, code)
      }
    })
  }

  test('a hook that takes its time holds up its own session only', async (t) => {
    let go
    const gate = new Promise((resolve) => (go = resolve))
    const serialize = async (session) => {
      if (session.isSlow) await gate
      return JSON.stringify(session)
    }
    const { store } = server.open(t, { serialize, unserialize: JSON.parse }, style)
    const slow = range(20).map((n) => store.set(`slow${n}`, { isSlow: true }))
    await within('all others', worksFor(store))
    go()
    await Promise.all(slow)
    assert.equal(await store.length(), 20)
  })

  test('a store that is closed takes no other with it, on the same collection and in the same process', async (t) => {
    const { store, mongoUrl, collection } = server.open(t, {}, style)
    const where = {
      [style.ofUrl]: mongoUrl,
      [style.collectionOption]: collection.collectionName,
      autoRemove: 'disabled',
    }
    const others = range(3).map(() => make(style, where))
    const used = worksFor(store)
    await Promise.all(others.map((other, n) => other.set(`other${n}`, {}).then(() => other.close())))
    for (const other of others) await assert.rejects(other.get('s'), { name: 'MongoNotConnectedError' })
    await used
  })
})

test('callbacks and listeners that throw keep no other callback from its answer', async (t) => {
  const { mongoUrl, collection } = server.open(t)
  const { code, lines, stderr } = await runProgram(
    async ({ url, collectionName, many }) => {
      let thrown = 0
      process.on('uncaughtException', () => (thrown += 1))
      const store = require('connect-mongo-native').create({ mongoUrl: url, collectionName, autoRemove: 'disabled' })
      store.on('set', (sid) => {
        if (sid.startsWith('listened')) throw new Error('of a listener')
      })
      let answered = 0
      await new Promise((resolve) => {
        const answer = () => (answered += 1) === 3 * many && resolve()
        for (let n = 0; n < many; n += 1) {
          store.set(`good${n}`, { n }, answer)
          store.set(`listened${n}`, { n }, answer)
          store.get(`bad${n}`, () => {
            answer()
            throw new Error('of a callback')
          })
        }
      })
      await new Promise(setImmediate)
      console.log(JSON.stringify({ answered, thrown, length: await store.length() }))
      await store.close()
    },
    { url: mongoUrl, collectionName: collection.collectionName, many: MANY },
  )
  assert.equal(code, 0, stderr)
  assert.deepEqual(JSON.parse(lines[0]), { answered: 3 * MANY, thrown: 2 * MANY, length: 2 * MANY })
})
