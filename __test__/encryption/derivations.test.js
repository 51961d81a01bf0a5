'use strict'

// Key derivations for callers that have given up do not delay later callers.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { GENUINE, call } = require('../helpers/genuine.js')
const { makeStore, useFaultyServer } = require('../helpers/faulty-server.js')
const { insist, until, within } = require('../helpers/wait.js')

const server = useFaultyServer()
const range = (count) => Array.from({ length: count }, (_, n) => n)
const RECORDS = 249

test('a read is in time after 249 reads at once of sessions that each need a key of their own', async (t) => {
  const there = await server.place(t)
  const options = { autoRemove: 'disabled', crypto: { secret: 'squirrel' } }
  const writer = GENUINE['connect-mongo 6']({ mongoUrl: there.url(), ...options })
  t.after(() => writer.close())
  const store = makeStore({ mongoUrl: there.url({ timeoutMS: 1000 }), ...options })
  t.after(() => store.close())
  await insist(() => store.length())

  // Each round has records of its own, as keys are kept: a slow machine may miss the limit once.
  let round = 0
  await until('reads in time', async () => {
    round += 1
    const idOf = (n) => `s${round}-${n}`
    for (const n of range(RECORDS + 3)) await call(writer, 'set', idOf(n), { cookie: {}, n })
    const results = await within('the reads', Promise.allSettled(range(RECORDS).map((n) => store.get(idOf(n)))))
    for (const [n, { value, reason }] of results.entries()) {
      if (reason) assert.equal(reason.name, 'MongoOperationTimeoutError')
      else assert.equal(value.n, n)
    }
    for (const n of range(3).map((more) => RECORDS + more)) {
      const session = await store.get(idOf(n)).catch(({ name }) => assert.equal(name, 'MongoOperationTimeoutError'))
      if (!session) return false
      assert.equal(session.n, n)
    }
    return true
  })
})
