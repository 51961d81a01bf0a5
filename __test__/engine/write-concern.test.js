'use strict'

// If a write concern is not met, each caller whose statement was executed gets that error, as in connect-mongo. A
// caller whose statement the server refused gets the reason.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { GENUINE, call } = require('../helpers/genuine.js')
const { useFaultyServer } = require('../helpers/faulty-server.js')

const server = useFaultyServer({ members: 1 })
const range = (count) => Array.from({ length: count }, (_, n) => n)
const user = (n, email) => ({ cookie: {}, n, email })
const told = ({ reason }) => ({ name: reason?.name, code: reason?.code })

test('among sets whose write concern is not met, one that breaks a unique index fails with that', async (t) => {
  const options = { stringify: false, writeOperationOptions: { w: 2, wtimeout: 300 } }
  const { store, collection, url } = await server.open(t, options)
  const genuine = GENUINE['connect-mongo 6']({ mongoUrl: url(), autoRemove: 'disabled', ...options })
  t.after(() => genuine.close())
  await collection.createIndex({ 'session.email': 1 }, { unique: true })
  await collection.insertOne({ _id: 'first', session: user(-1, 'taken@example.org') })

  const [unmet] = (await Promise.allSettled([call(genuine, 'set', 'theirs', user(-2, 'theirs@example.org'))])).map(told)
  const ours = await Promise.allSettled(
    range(20).map((n) => store.set(`s${n}`, user(n, n === 7 ? 'taken@example.org' : `${n}@example.org`))),
  )
  assert.deepEqual(
    ours.map(told),
    range(20).map((n) => (n === 7 ? { name: 'MongoServerError', code: 11000 } : unmet)),
  )
  assert.equal(await collection.countDocuments({ _id: /^s/ }), 19)
})
