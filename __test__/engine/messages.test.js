'use strict'

// An error says who did not answer, and for how long. It never contains a session's id or data, although some messages
// of the server quote the whole command.

const assert = require('node:assert/strict')
const { describe, test } = require('node:test')
const { inspect } = require('node:util')
const { MongoClient } = require('mongodb')
const { makeStore, useFaultyServer } = require('../helpers/faulty-server.js')
const { withParameters } = require('../helpers/server.js')

const SID = 'SecretSessionId'
const DATA = 'secret-data@example.org'
const session = () => ({ cookie: {}, email: DATA })
const CALLS = {
  get: (store) => store.get(SID),
  set: (store) => store.set(SID, session()),
  touch: (store) => store.touch(SID, session()),
  destroy: (store) => store.destroy(SID),
  length: (store) => store.length(),
  all: (store) => store.all(),
  clear: (store) => store.clear(),
}

async function errorOf(call) {
  return call.then(
    () => assert.fail('it succeeded'),
    (error) => error,
  )
}

/** Checks that no printable part of the error contains the session's id or data. */
function tellsNothing(error, what) {
  const text = `${error.message}\n${error.stack}\n${inspect(error, { depth: 10 })}\n${JSON.stringify(error)}`
  for (const secret of [SID, DATA]) assert.ok(!text.includes(secret), `${what}: ${text.slice(0, 400)}`)
}

describe('with a server for everybody', () => {
  const server = useFaultyServer()

  for (const [method, start] of Object.entries(CALLS)) {
    test(`the error of ${method} at its deadline says how long it had and which server did not answer`, async (t) => {
      const { store } = await server.open(t, { parameters: { timeoutMS: 500 } })
      await server.current.kill('SIGSTOP')
      let error
      try {
        error = await errorOf(start(store))
      } finally {
        await server.current.kill('SIGCONT')
      }
      assert.equal(error.name, 'MongoOperationTimeoutError')
      assert.match(error.message, /^timed out after 500 ms: 127\.0\.0\.1:\d+ did not answer/)
      tellsNothing(error, method)
    })
  }

  test('the error of a set that breaks a unique index names the index, and no value', async (t) => {
    const { store, collection } = await server.open(t, { stringify: false })
    await collection.createIndex({ 'session.email': 1 }, { unique: true })
    await collection.insertOne({ _id: 'first', session: session() })
    for (const count of [1, 20]) {
      const others = Array.from({ length: count - 1 }, (_, n) => store.set(`other${n}`, { cookie: {}, email: n }))
      const error = await errorOf(store.set(SID, session()))
      await Promise.all(others)
      assert.equal(error.code, 11000)
      assert.match(error.message, /session\.email_1/)
      tellsNothing(error, `among ${count}`)
    }
  })

  test('the error of a set that a validator of the collection refuses has nothing of the session', async (t) => {
    const { store, db } = await server.open(t, { stringify: false })
    await db.createCollection('sessions', { validator: { 'session.email': { $type: 'int' } } })
    const error = await errorOf(store.set(SID, session()))
    assert.equal(error.code, 121)
    tellsNothing(error, 'set')
  })
})

describe('with a server that knows its users', () => {
  const server = useFaultyServer({ auth: { user: 'root', password: 'pw' } })

  for (const [method, start] of Object.entries(CALLS)) {
    test(`the refusal of ${method} has nothing of the session`, async (t) => {
      const { store, other } = await openAsStranger(t)
      for (const error of [
        await errorOf(start(store)),
        ...(await Promise.all(Array.from({ length: 3 }, () => errorOf(start(other))))),
      ]) {
        assert.deepEqual([error.name, error.code, error.codeName], ['MongoServerError', 13, 'Unauthorized'])
        assert.match(error.message, /not authorized/i)
        tellsNothing(error, method)
      }
    })
  }

  /** Stores of strings and of objects, for a user without any rights in their database. */
  async function openAsStranger(t) {
    const client = await MongoClient.connect(server.current.url('admin'))
    const user = `stranger${Date.now()}${Math.random().toString(36).slice(2)}`
    await client.db('admin').command({ createUser: user, pwd: 'pw', roles: [{ role: 'read', db: 'elsewhere' }] })
    await client.close()
    const mongoUrl = withParameters(`mongodb://${user}:pw@${server.current.host}/messages`, { authSource: 'admin' })
    const [store, other] = [true, false].map((stringify) => makeStore({ mongoUrl, stringify, autoRemove: 'disabled' }))
    t.after(() => Promise.all([store.close(), other.close()]))
    return { store, other }
  }
})
