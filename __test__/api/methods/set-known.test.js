'use strict'

// `set` of a session that was read: it must not bring back what was destroyed since.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { aSession, eachStyle, fails, recordEvents, useStores } = require('../../helpers/stores.js')

const server = useStores()
const EVENTS = ['create', 'update', 'set', 'get', 'destroy']
const GONE = { name: 'MongoStoreSessionGoneError', code: 'ERR_SESSION_GONE' }

eachStyle(({ style }) => {
  /** Opens a store, and reads a session that was stored before. */
  async function read(t, options) {
    const opened = server.open(t, options, style)
    await opened.store.set('s', aSession({ a: 1 }))
    return { ...opened, session: await opened.store.get('s') }
  }

  test('set of a session that was destroyed after it was read is an error with a code', async (t) => {
    const { store, collection, session } = await read(t)
    await store.destroy('s')
    const events = recordEvents(store, EVENTS)
    await fails(store, 'set', ['s', session], GONE)
    assert.equal(await collection.countDocuments(), 0)
    assert.deepEqual(events, [])
    assert.equal(store.stats().savesLeftOut, 2)
  })

  test('set of a session that was read changes it, as ever', async (t) => {
    const { store, collection, session } = await read(t)
    const events = recordEvents(store, EVENTS)
    await collection.updateOne({ _id: 's' }, { $set: { foreign: 1 } })
    await store.set('s', { ...session, a: 2 })
    await store.set('s', Object.assign(session, { a: 3 }))
    assert.equal((await store.get('s')).a, 3)
    assert.equal((await collection.findOne({ _id: 's' })).foreign, 1)
    assert.deepEqual(
      events.map(([event]) => event),
      ['update', 'set', 'update', 'set', 'get'],
    )
  })

  test('a session that was read and is stored under another id is a new one', async (t) => {
    const { store, collection, session } = await read(t)
    await store.destroy('s')
    await store.set('other', session)
    assert.equal((await collection.findOne())._id, 'other')
  })

  test('a copy of a session that was read, and one that another store has read, are new ones', async (t) => {
    const { store, collection, session } = await read(t)
    const another = server.open(t, {}, style)
    await store.destroy('s')
    await store.set('s', { ...session })
    assert.equal(await collection.countDocuments(), 1)
    await another.store.set('s', session)
    assert.equal(await another.collection.countDocuments(), 1)
  })

  test('sessions of all() are new ones, since nobody knows their ids', async (t) => {
    const { store, collection } = await read(t)
    const [session] = await store.all()
    await store.destroy('s')
    await store.set('s', session)
    assert.equal(await collection.countDocuments(), 1)
  })

  test('sets, reads and removals of one session that are called at once have the results of their order', async (t) => {
    const { store, session } = await read(t)
    const again = await store.get('s')
    const results = await Promise.allSettled([
      store.set('s', session),
      store.set('s', again),
      store.destroy('s'),
      store.set('s', session),
      store.set('s', again),
      store.set('s', aSession({ a: 5 })),
      store.set('s', session),
      store.get('s'),
    ])
    assert.deepEqual(
      results.map(({ status, reason }) => reason?.code ?? status),
      ['fulfilled', 'fulfilled', 'fulfilled', GONE.code, GONE.code, 'fulfilled', 'fulfilled', 'fulfilled'],
    )
    assert.equal(results.at(-1).value.a, 1)
  })

  test('of many sets that travel together, those whose sessions are gone are found', async (t) => {
    const { store, collection } = server.open(t, {}, style)
    const sids = Array.from({ length: 100 }, (_, number) => `s${number}`)
    await Promise.all(sids.map((sid) => store.set(sid, aSession())))
    const sessions = await Promise.all(sids.map((sid) => store.get(sid)))
    const gone = sids.filter((_, number) => number % 7 === 0)
    await collection.deleteMany({ _id: { $in: gone } })
    const results = await Promise.allSettled([
      ...sids.map((sid, number) => store.set(sid, sessions[number])),
      ...sids.map((sid) => store.set(`new ${sid}`, aSession())),
      ...sids.map((sid) => store.touch(sid, aSession()).catch(() => {})),
    ])
    const rejected = results.flatMap(({ status, reason }, number) =>
      status === 'rejected' ? [[number, reason.code]] : [],
    )
    assert.deepEqual(
      rejected,
      gone.map((sid) => [Number(sid.slice(1)), GONE.code]),
    )
    assert.equal(await collection.countDocuments(), 200 - gone.length)
  })

  test('with saveDestroyed, set brings a session back', async (t) => {
    const { store, collection, session } = await read(t, { saveDestroyed: true })
    await store.destroy('s')
    await store.set('s', session)
    assert.equal(await collection.countDocuments(), 1)
  })
})
