'use strict'

// Servers quote what they refuse. Nothing of a session comes out of the store by that, neither by errors nor by warnings and
// diagnostics, whichever carrier works.

const assert = require('node:assert/strict')
const dns = require('node:dns')
const { describe, it } = require('node:test')
const { inspect } = require('node:util')
const { MongoClient } = require('mongodb')
const { makeStore, useFaultyServer } = require('../helpers/faulty-server.js')
const { collectTold } = require('../helpers/told.js')

const SID = 'SecretSid'
const KEY = 'secretKey'
const DATA = 'secretData'
const NUMBER = 8_765_432_1
const MARKS = [SID, KEY, DATA, String(NUMBER)]

const session = (more = {}) => ({ cookie: {}, [KEY]: DATA, number: NUMBER, ...more })

/** What provokes an error of the server: `set` prepares the collection; `more` is in the session. */
const REFUSALS = {
  'a unique index on the data': {
    set: async (collection) => {
      await collection.createIndex({ [`session.${KEY}`]: 1 }, { unique: true, name: 'mine' })
      await collection.insertOne({ _id: 'first', session: session() })
    },
    code: 11000,
  },
  'a validator': {
    set: (_collection, db) => db.command({ collMod: 'sessions', validator: { 'session.number': 5 } }),
    code: 121,
  },
  'a schema, which is explained': {
    set: (_collection, db) =>
      db.command({
        collMod: 'sessions',
        validator: { $jsonSchema: { properties: { session: { properties: { number: { enum: [5] } } } } } },
      }),
    code: 121,
  },
  'an index of places': {
    set: (collection) => collection.createIndex({ 'session.place': '2dsphere' }),
    more: { place: { type: DATA, coordinates: [NUMBER, NUMBER] } },
  },
  'an index of flat places': {
    set: (collection) => collection.createIndex({ 'session.place': '2d' }),
    more: { place: [NUMBER, NUMBER] },
  },
  'an index of texts': {
    set: (collection) => collection.createIndex({ 'session.text': 'text' }, { language_override: 'idioma' }),
    more: { text: 'x', idioma: DATA },
  },
  'an index of two lists': {
    set: (collection) => collection.createIndex({ 'session.a': 1, 'session.b': 1 }),
    more: { a: [DATA, DATA], b: [DATA, DATA] },
  },
  'names with a dollar': { set: async () => {}, more: { [`$${KEY}`]: DATA }, mayPass: true },
  'a document in which nothing can be set': {
    set: (collection) => collection.insertOne({ _id: SID, expires: new Date(Date.now() + 1e6), updatedAt: 5 }),
    mayPass: true,
  },
}

function errorsOnly(results) {
  return results.filter(({ status }) => status === 'rejected').map(({ reason }) => reason)
}

function tellsNothing(what, told) {
  const texts = [inspect(told, { showHidden: true, depth: 10, getters: true }), JSON.stringify(told)]
  for (const each of [told].flat()) texts.push(String(each?.message), String(each?.stack), String(each?.cause))
  for (const text of texts) {
    for (const mark of MARKS) assert.ok(!text?.includes(mark), `${what}: ${text.slice(0, 600)}`)
  }
}

for (const carrier of ['the addon', 'a client']) {
  describe(`through ${carrier}`, () => {
    const server = useFaultyServer()

    /** A store in a collection of its own, made as `set` wishes. */
    async function open(t, set = async () => {}) {
      const there = await server.current
      const client = await MongoClient.connect(there.uri)
      const dbName = `quoting-${Math.random().toString(36).slice(2)}`
      const appName = dbName
      const db = client.db(dbName)
      const collection = await db.createCollection('sessions')
      await set(collection, db)
      const given = new MongoClient(`${there.url(dbName)}?appName=${appName}`, { lookup: dns.lookup })
      const where =
        carrier === 'a client' ? { client: given, dbName } : { mongoUrl: `${there.url(dbName)}?appName=${appName}` }
      const store = makeStore({ ...where, stringify: false, autoRemove: 'disabled' })
      t.after(async () => {
        await store.close()
        await given.close()
        await client.db('admin').command({ configureFailPoint: 'failCommand', mode: 'off' })
        await client.close()
      })
      return { store, client, appName }
    }

    for (const [title, { set, more, code, mayPass }] of Object.entries(REFUSALS)) {
      it(`nothing is told by ${title}`, async (t) => {
        const told = collectTold(t)
        const { store } = await open(t, set)
        const results = await Promise.allSettled([
          store.set(SID, session(more)),
          store.set(`${SID}2`, session(more)),
          store.touch(SID, session(more)),
        ])
        const errors = errorsOnly(results)
        if (!mayPass) assert.ok(errors.length > 0, 'the server refuses nothing')
        if (code) assert.equal(errors[0].code, code)
        for (const error of errors) {
          assert.notEqual(error.message, '')
          tellsNothing(title, error)
        }
        tellsNothing('besides', told)
      })
    }

    it('nothing is told by a session that is too large', async (t) => {
      const { store } = await open(t)
      const [error] = errorsOnly(await Promise.allSettled([store.set(SID, session({ text: 'x'.repeat(17_000_000) }))]))
      assert.equal(error.code, 10334)
      tellsNothing('too large', error)
    })

    for (const errorCode of [1, 2, 9, 14, 20, 52, 66, 72, 115, 10334, 17280, 31034, 40415, 50, 91, 112]) {
      it(`nothing is told by any command that fails with the code ${errorCode}`, async (t) => {
        const told = collectTold(t)
        const { store, client, appName } = await open(t)
        await store.length()
        const failCommands = ['find', 'update', 'delete', 'aggregate']
        await client.db('admin').command({
          configureFailPoint: 'failCommand',
          mode: { times: 3 },
          data: { failCommands, errorCode, appName },
        })
        const results = await Promise.allSettled([
          store.get(SID),
          store.set(SID, session()),
          store.touch(SID, session()),
          store.destroy(SID),
          store.all(),
          store.clear(),
        ])
        for (const error of errorsOnly(results)) {
          assert.notEqual(error.message, '')
          tellsNothing(errorCode, error)
        }
        tellsNothing('besides', told)
      })
    }
  })
}
