'use strict'

// A statement that can't succeed fails for its own caller and delays nobody else. An operation cut short by a deadline
// keeps the error code of its cause.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { throughDriver } = require('../helpers/addon.js')
const { GENUINE, call } = require('../helpers/genuine.js')
const { useFaultyServer } = require('../helpers/faulty-server.js')
const { sleep, until, within } = require('../helpers/wait.js')

const server = useFaultyServer()
const range = (count) => Array.from({ length: count }, (_, n) => n)
const user = (n, email) => ({ cookie: {}, n, email })

/** A store with the application's unique index, and a session that conflicts with the invalid statements. */
async function withUniqueIndex(t, parameters) {
  const opened = await server.open(t, { stringify: false, parameters })
  await opened.collection.createIndex({ 'session.email': 1 }, { unique: true })
  await opened.store.set('first', user(-1, 'taken@example.org'))
  return opened
}

test('sets that break a unique index of the application fail, and those beside and behind them are stored in time', async (t) => {
  const { store, collection } = await withUniqueIndex(t, { timeoutMS: 600_000 })
  const failed = []
  const calls = range(100).map(async (n) => {
    if (n > 80) await sleep(10 * (n - 80)) // some arrive while the others are in flight
    try {
      await store.set(`s${n}`, user(n, n === 3 || n === 50 ? 'taken@example.org' : `${n}@example.org`))
    } catch (error) {
      failed.push(`${n}: ${error.name} ${error.code}`)
    }
  })
  // The deadline of the offenders is much later than the end of this wait.
  await within('the answers', Promise.all(calls))
  assert.deepEqual(failed.sort(), ['3: MongoServerError 11000', '50: MongoServerError 11000'])
  assert.equal(await collection.countDocuments(), 99)
})

test('a set that breaks a unique index of the application fails as in connect-mongo 6', async (t) => {
  const { store, url, collection } = await withUniqueIndex(t)
  const genuine = GENUINE['connect-mongo 6']({ mongoUrl: url(), autoRemove: 'disabled', stringify: false })
  t.after(() => genuine.close())
  const offender = user(1, 'taken@example.org')
  const told = async (set) => {
    const error = await set.then(
      () => assert.fail('it was stored'),
      (reason) => reason,
    )
    return { name: error.name, code: error.code, index: /session\.email_1/.test(error.message) }
  }
  assert.deepEqual(await told(store.set('s', offender)), await told(call(genuine, 'set', 's', offender)))
  assert.equal(await collection.countDocuments(), 1)
})

test('two stores that create the same session at once both succeed, also where an index of the application is unique', async (t) => {
  const { store, url, collection } = await withUniqueIndex(t)
  const other = GENUINE['connect-mongo 6']({ mongoUrl: url(), autoRemove: 'disabled', stringify: false })
  t.after(() => other.close())
  for (const round of range(10)) {
    await Promise.all(
      range(30).flatMap((n) => [
        store.set(`s${round}-${n}`, user(n, `${round}-${n}@example.org`)),
        // The valid call may lose the race. This test ignores its result.
        call(other, 'set', `s${round}-${n}`, user(n, `${round}-${n}@example.org`)).catch(() => {}),
      ]),
    )
  }
  assert.equal(await collection.countDocuments(), 301)
})

const CALLS = {
  update: { set: (store) => store.set('s', { cookie: {} }), touch: (store) => store.touch('s', { cookie: {} }) },
  delete: { destroy: (store) => store.destroy('s'), clear: (store) => store.clear() },
  find: { get: (store) => store.get('s'), all: (store) => store.all() },
  aggregate: { length: (store) => store.length() },
}

/** So many commands show that the store knows how the first ones failed. An npm driver repeats one of its own accord. */
const TRIES = 3

for (const [command, methods] of Object.entries(CALLS)) {
  for (const [method, start] of Object.entries(methods)) {
    test(`when ${method} is tried until its deadline, the error has the code, its name and the labels of what went wrong`, async (t) => {
      const { store, collection, fail, mend } = await server.open(t, {
        // An npm driver makes no more than two tries in a second.
        parameters: { timeoutMS: throughDriver ? 3000 : 1500, heartbeatFrequencyMS: 500 },
      })
      await collection.insertOne({ _id: 'there is something to clear' })
      const error = await until('an error after several tries', async () => {
        await fail([command], { errorCode: 91, errorLabels: ['NoteOfTheServer'] })
        const reason = await start(store).then(
          () => assert.fail('it succeeded'),
          (thrown) => thrown,
        )
        return (await mend()) >= TRIES && reason
      })
      const { name, code, codeName } = error
      assert.deepEqual(
        { name, code, codeName },
        { name: 'MongoOperationTimeoutError', code: 91, codeName: 'ShutdownInProgress' },
      )
      assert.ok(error.errorLabels.includes('NoteOfTheServer'), `labels: ${error.errorLabels}`)
      assert.ok(error.hasErrorLabel('NoteOfTheServer'))
    })
  }
}
