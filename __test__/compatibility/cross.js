'use strict'

// Two packages share one collection. Each reads, touches, changes, counts and destroys the sessions that the other
// writes. An application can therefore move to this package, or back, while users are logged in.

const assert = require('node:assert/strict')
const { EJSON } = require('bson')
const { describe } = require('./describe.js')
const { OPTIONS } = require('./options.js')
const { makeStore } = require('./packages.js')
const { LATEST, person } = require('./plays.js')

const FORMS = [
  'defaults',
  'stringify: false',
  'touchAfter',
  'touchAfter, stringify: false',
  'timestamps and touchAfter',
  'ttl',
  'collection',
  'dbName',
  'serialize and unserialize of text',
  'serialize and unserialize of objects',
  'only unserialize',
  'only serialize',
  'transformId',
  'transformId that gives an object',
]

/** Calls a method and resolves with the value that its callback receives. */
function ask(store, method, ...args) {
  return new Promise((resolve, reject) => {
    store[method](...args, (error, value) => (error ? reject(error) : resolve(value)))
  })
}

const nobody = (session) => session === null || session === undefined

/** Sorts sessions into an order that does not depend on the store. */
const sorted = (sessions) => sessions.map((session) => JSON.stringify(describe(session))).sort()

async function exchange(writer, reader, collection) {
  for (const [sid, n] of [
    ['a', 1],
    ['b', 2],
    ['c', 3],
  ])
    await ask(writer, 'set', sid, person(n))
  for (const sid of ['a', 'b', 'c']) {
    assert.deepEqual(describe(await ask(reader, 'get', sid)), describe(await ask(writer, 'get', sid)), `get ${sid}`)
  }
  assert.equal(await ask(reader, 'length'), 3)
  // connect-mongo 1 has no `all`.
  if (reader.all && writer.all) {
    const all = await ask(reader, 'all')
    assert.equal(all.length, 3)
    assert.deepEqual(sorted(all), sorted(await ask(writer, 'all')))
  }

  await ask(reader, 'touch', 'a', person(1, LATEST))
  assert.equal(await collection.countDocuments({ expires: LATEST }), 1, 'a touched session has its new date')
  assert.equal((await ask(writer, 'get', 'a')).n, 1)

  await ask(reader, 'set', 'b', person(9))
  assert.deepEqual(describe(await ask(writer, 'get', 'b')), describe(await ask(reader, 'get', 'b')))
  assert.equal((await ask(writer, 'get', 'b')).n, 9)

  await ask(reader, 'destroy', 'c')
  assert(nobody(await ask(writer, 'get', 'c')), 'a session that the other one destroyed is gone')
  assert.equal(await ask(writer, 'length'), 2)

  await ask(reader, 'clear')
  assert.equal(await ask(writer, 'length'), 0)
}

/** Returns the types of the fields that a store writes, by field name. Both stores must write the same ones. */
async function typesWritten(store, collection) {
  await ask(store, 'set', 'types', person(1))
  const document = await collection.findOne({}, { promoteValues: false })
  await ask(store, 'destroy', 'types')
  return JSON.stringify(
    EJSON.serialize(
      { ...document, lastModified: undefined, updatedAt: undefined, createdAt: undefined },
      { relaxed: false },
    ),
  )
}

/** Tests both directions, with our store in both of its styles. */
async function crossTests(t, { generation, server }) {
  for (const name of FORMS) {
    const { options, database = (given) => given, since } = OPTIONS.find((set) => set.name === name)
    if (since > generation) continue // the matrix reports it as skipped
    for (const ours of [6, 3]) {
      await t.test(`${name}: sessions go to and fro, ours as connect-mongo ${ours}`, async () => {
        const db = server.freshDb()
        const given = typeof options === 'function' ? options(db) : options
        const theirs = makeStore(generation, 'genuine', server.url(db), given)
        const mine = makeStore(ours, 'ours', server.url(db), given)
        const collection = server.db(database(db)).collection(given.collectionName ?? 'sessions')
        try {
          assert.equal(
            sortedFields(await typesWritten(mine, collection)),
            sortedFields(await typesWritten(theirs, collection)),
          )
          await exchange(theirs, mine, collection)
          await exchange(mine, theirs, collection)
        } finally {
          await Promise.all([theirs.close(), mine.close()])
        }
      })
    }
  }
}

/** Ignores the order of the fields, which the matrix compares. */
const sortedFields = (text) =>
  JSON.stringify(Object.entries(JSON.parse(text)).sort(([one], [other]) => (one < other ? -1 : 1)))

module.exports = { crossTests }
