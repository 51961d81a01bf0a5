'use strict'

// Objects that application tests pass as a client or a db. They have only the methods that connect-mongo calls.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { eachStyle, make, resultsOf } = require('../../helpers/stores.js')

/** A client with one collection, whose methods record their arguments. */
function standIn(methods) {
  const calls = []
  const collection = Object.fromEntries(
    Object.entries(methods).map(([name, give]) => [
      name,
      async (...args) => {
        calls.push([name, ...args])
        return give(...args)
      },
    ]),
  )
  const names = []
  const db = {
    collection(name) {
      names.push(name)
      return collection
    },
  }
  return {
    calls,
    names,
    db,
    client: {
      db(name) {
        names.push(name)
        return db
      },
    },
  }
}

eachStyle(({ style, isFactory, missing }) => {
  test('a client that has only updateOne gets what connect-mongo would give it', async (t) => {
    const { client, calls, names } = standIn({ updateOne: () => ({ upsertedCount: 1 }) })
    const store = make(style, {
      client,
      dbName: 'mine',
      [style.collectionOption]: 'people',
      writeOperationOptions: { w: 0, j: false },
    })
    t.after(() => store.close())
    const created = new Promise((resolve) => store.once('create', resolve))
    const expires = new Date(Date.now() + 60_000)
    assert.deepEqual((await resultsOf(store, 'set', 'sid', { cookie: { expires }, a: 1 }))[0], null)
    assert.equal(await created, 'sid')
    assert.deepEqual(calls, [
      [
        'updateOne',
        { _id: 'sid' },
        {
          $set: { _id: 'sid', session: JSON.stringify({ cookie: { expires }, a: 1 }), expires },
        },
        { upsert: true, writeConcern: { w: 0, j: false } },
      ],
    ])
    assert.deepEqual([...new Set(names)], ['mine', 'people'])
  })

  test('a session goes to a stand-in as plain values, and comes back from it', async (t) => {
    let stored
    const { client } = standIn({
      updateOne(_filter, { $set }) {
        stored = $set
      },
      findOne: () => stored ?? null,
    })
    const store = make(style, { client, stringify: false })
    t.after(() => store.close())
    assert.equal(await store.get('sid'), missing)
    const date = new Date(5)
    await store.set('sid', { cookie: {}, n: 1, half: 0.5, date, deep: { list: [1, 'a', null] } })
    assert.deepEqual(stored.session, { cookie: {}, n: 1, half: 0.5, date, deep: { list: [1, 'a', null] } })
    const session = await store.get('sid')
    assert.deepEqual(
      { n: session.n, half: session.half, deep: session.deep },
      { n: 1, half: 0.5, deep: { list: [1, 'a', null] } },
    )
  })

  test('the error that a stand-in throws is the error of the operation itself', async (t) => {
    const reason = Object.assign(new Error('of the test'), { code: 'MINE' })
    const { client } = standIn({
      findOne() {
        throw reason
      },
    })
    const store = make(style, { client })
    t.after(() => store.close())
    await assert.rejects(store.get('sid'), (error) => error === reason)
    // The stand-in has no such method.
    await assert.rejects(store.destroy('sid'), TypeError)
  })

  test('a write to a socket that the other side has closed is tried again', async (t) => {
    for (const code of ['EPIPE', 'ECONNRESET', 'ERR_STREAM_DESTROYED']) {
      let attempts = 0
      const { client } = standIn({
        updateOne: () => {
          attempts += 1
          if (attempts === 1) throw Object.assign(new Error('This socket has been ended by the other party'), { code })
          return { upsertedCount: 1 }
        },
      })
      const store = make(style, { client })
      t.after(() => store.close())
      assert.equal((await resultsOf(store, 'set', 'sid', { cookie: {} }))[0], null, code)
      assert.equal(attempts, 2)
    }
  })

  test('a db may be a stand-in, too, and so may what a promise gives', async (t) => {
    for (const give of [
      ({ db }) => ({ db }),
      ({ db }) => ({ dbPromise: Promise.resolve(db) }),
      ({ client }) => ({ clientPromise: Promise.resolve(client) }),
    ]) {
      const made = standIn({ deleteOne: () => ({ deletedCount: 1 }), countDocuments: () => 7 })
      const store = make(style, give(made))
      t.after(() => store.close())
      await store.destroy('sid')
      assert.equal(await store.length(), 7)
      assert.deepEqual(
        made.calls.filter(([name]) => name === 'deleteOne').map(([, filter]) => filter),
        [{ _id: 'sid' }],
      )
    }
  })

  test('a stand-in with a value in the place of a method that connect-mongo does not call works without it', async (t) => {
    for (const value of [5, 'text', true, {}, []]) {
      const has = (...names) => Object.fromEntries(names.map((name) => [name, value]))
      const made = standIn({ deleteOne: () => ({ deletedCount: 1 }) })
      const db = { ...made.db, ...has('db', 'command', 'createIndex', 'on', 'once', 'removeListener') }
      const client = { ...made.client, db: () => db, ...has('connect', 'close', 'on', 'once', 'topology') }
      const given = { readyState: 1, ...has('getClient', 'on', 'once', 'removeListener', '$initialConnection') }
      const opening = { ...given, readyState: 2, once: (_event, listener) => setImmediate(listener) }
      setImmediate(() => Object.assign(opening, { readyState: 1 }))
      for (const options of [
        { client },
        { client, dbName: 'mine' },
        { db },
        { mongooseConnection: { ...given, client, name: 'mine' } },
        { mongooseConnection: { ...given, db, name: 'mine' } },
        { mongooseConnection: { ...given, db, name: 'mine' }, dbName: 'other' },
        { mongooseConnection: Object.assign(opening, { db }) },
      ]) {
        const store = make(style, options)
        t.after(() => store.close())
        await store.destroy('sid')
      }
      assert.equal(made.calls.filter(([name]) => name === 'deleteOne').length, 7)
    }
  })

  test('the objects of a stand-in are the properties of the store', async (t) => {
    const { client, db } = standIn({ updateOne: () => ({}) })
    const store = make(style, { client })
    t.after(() => store.close())
    assert.equal(store.client, client)
    assert.equal(store.db, db)
    assert.equal(typeof (await store.collectionP).updateOne, 'function')
    assert.equal(isFactory ? store.state : 'connected', 'connected')
  })
})
