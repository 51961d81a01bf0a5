'use strict'

// A user of MongoDB who may do nothing but what the store needs, on its one collection. `docs/reliability.md` names the
// actions.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { MongoClient } = require('mongodb')
const { HOUR, aSession, eachStyle, make } = require('../helpers/stores.js')
const { useOwnServer } = require('../helpers/server.js')
const { collectWarnings } = require('../helpers/warnings.js')

const server = useOwnServer({ auth: { user: 'admin', password: 'admin' } })
const ACTIONS = ['find', 'insert', 'update', 'remove']
let users = 0

/** A connection string of a user who may do only this, on the collection `sessions` of one database. */
async function urlOf(actions) {
  const name = `app${(users += 1)}`
  const client = await MongoClient.connect(server.current.uri)
  const db = client.db(name)
  const privileges = [{ resource: { db: name, collection: 'sessions' }, actions }]
  await db.command({ createRole: 'sessions', roles: [], privileges })
  await db.command({ createUser: name, pwd: 'pw', roles: ['sessions'] })
  await client.close()
  return `mongodb://${name}:pw@${server.current.host}/${name}`
}

/** Calls every method, and checks what comes of it. */
async function useAll(store) {
  await store.set('s', aSession({ n: 1 }))
  const session = await store.get('s')
  assert.equal(session.n, 1)
  await store.set('s', { ...session, n: 2 })
  await store.touch('s', { cookie: { expires: new Date(Date.now() + 2 * HOUR) } })
  assert.deepEqual(
    (await store.all()).map(({ n }) => n),
    [2],
  )
  assert.equal(await store.length(), 1)
  await store.destroy('s')
  await store.set('t', aSession())
  await store.clear()
  assert.equal(await store.length(), 0)
}

eachStyle(({ style }) => {
  test(`a user who may ${ACTIONS.join(', ')} and make indexes is enough for everything`, async (t) => {
    const warnings = collectWarnings(t, 'MONGO_STORE_INDEX')
    const store = make(style, { [style.ofUrl]: await urlOf([...ACTIONS, 'createIndex']) })
    t.after(() => store.close())
    await store.collectionP
    await useAll(store)
    assert.deepEqual(warnings(), [])
  })

  for (const autoRemove of ['interval', 'disabled']) {
    test(`with autoRemove: ${autoRemove}, a user who may ${ACTIONS.join(', ')} is enough`, async (t) => {
      const warnings = collectWarnings(t, 'MONGO_STORE_INDEX')
      const store = make(style, {
        [style.ofUrl]: await urlOf(ACTIONS),
        autoRemove,
        timestamps: style.ofUrl === 'mongoUrl',
      })
      t.after(() => store.close())
      await useAll(store)
      assert.deepEqual(warnings(), [])
    })
  }

  for (const [lacking, fail] of Object.entries({
    find: (store) => store.get('s'),
    update: (store) => store.set('s', aSession()),
    insert: (store) => store.set('s', aSession()),
    remove: (store) => store.destroy('s'),
  })) {
    test(`without ${lacking}, what needs it fails with the server's code`, async (t) => {
      const url = await urlOf(ACTIONS.filter((action) => action !== lacking))
      const store = make(style, { [style.ofUrl]: url, autoRemove: 'disabled' })
      t.after(() => store.close())
      await assert.rejects(fail(store), { name: 'MongoServerError', code: 13 })
    })
  }
})
