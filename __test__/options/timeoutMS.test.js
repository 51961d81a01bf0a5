'use strict'

// `timeoutMS` and the options around it, as docs/options.md describes them. An error tells which limit was reached, so no test
// measures a time.

const assert = require('node:assert/strict')
const { after, before, describe, test } = require('node:test')
const { takeTimeLimit } = require('../../lib/settings/time-limit.js')
const { MODERN, FACTORY, make } = require('../helpers/stores.js')
const { useOwnServer, withParameters } = require('../helpers/server.js')
const { until } = require('../helpers/wait.js')

const NOWHERE = 'mongodb://127.0.0.1:1/app'
const LONG = 60_000 // ms
const server = useOwnServer({ nodes: 3 }, 'startReplicaSet')

/** A store that is closed after the test. */
function open(t, mongoUrl, mongoOptions, options, style = MODERN) {
  const store = make(style, { [style.ofUrl]: mongoUrl, mongoOptions, autoRemove: 'disabled', ...options })
  t.after(() => store.close())
  return store
}

/** Checks how a `get` fails while the server stands still. */
async function timesOut(t, mongoOptions, limit, { parameters = {}, style } = {}) {
  const member = await server.current.primary()
  const store = open(t, withParameters(member.url('timeouts'), parameters), mongoOptions, {}, style)
  await until('a connection', () =>
    store.length().then(
      () => true,
      () => false,
    ),
  )
  await member.kill('SIGSTOP')
  try {
    await assert.rejects(store.get('s'), {
      name: 'MongoOperationTimeoutError',
      message: new RegExp(`^timed out after ${limit} ms\\b`),
    })
  } finally {
    await member.kill('SIGCONT')
  }
}

describe('An operation that is not answered fails', () => {
  for (const style of [MODERN, FACTORY]) {
    test(`after timeoutMS, ${style.name}`, (t) => timesOut(t, { timeoutMS: 500 }, 500, { style }))
  }
  test('after timeoutMS of the connection string', (t) => timesOut(t, {}, 450, { parameters: { timeoutMS: 450 } }))
  test('after timeoutMS of mongoOptions, which goes before the connection string', (t) =>
    timesOut(t, { timeoutMS: 500 }, 500, { parameters: { timeoutMS: LONG } }))
  test('after timeoutMS, whatever socketTimeoutMS is', (t) =>
    timesOut(t, { timeoutMS: 500, socketTimeoutMS: LONG }, 500))
  test('after serverSelectionTimeoutMS and socketTimeoutMS together, without timeoutMS', (t) =>
    timesOut(t, { serverSelectionTimeoutMS: 300, socketTimeoutMS: 400 }, 700))
  test('after these two together, with a timeoutMS of 0', (t) =>
    timesOut(t, { timeoutMS: 0, serverSelectionTimeoutMS: 300, socketTimeoutMS: 400 }, 700))
})

test('the defaults are 40 seconds, 30 of which are for the search for a server', () => {
  for (const options of ['', '?timeoutMS=0&serverSelectionTimeoutMS=0&socketTimeoutMS=0']) {
    const { timeLimitMs, selectionLimitMs } = takeTimeLimit(`mongodb://localhost/${options}`)
    assert.deepEqual([timeLimitMs, selectionLimitMs], [40_000, 30_000], options)
  }
})

describe('An operation that finds no server fails', () => {
  test('with the reasons, after serverSelectionTimeoutMS', async (t) => {
    const store = open(t, NOWHERE, { serverSelectionTimeoutMS: 300, timeoutMS: LONG })
    await assert.rejects(store.get('s'), { name: 'MongoServerSelectionError', message: /ECONNREFUSED/ })
  })

  test('after timeoutMS, if that is shorter', async (t) => {
    const store = open(t, NOWHERE, { serverSelectionTimeoutMS: LONG, timeoutMS: 300 })
    await assert.rejects(store.get('s'), { name: 'MongoOperationTimeoutError', message: /^timed out after 300 ms/ })
  })
})

describe('A write that another member does not confirm', () => {
  let secondary

  // The others are a majority: the primary stays.
  before(async () => {
    await server.current.complete()
    ;[secondary] = await server.current.secondaries()
    await secondary.kill('SIGSTOP')
  })
  after(() => secondary.kill('SIGCONT'))

  /** A store whose writes all members must confirm. */
  const openConfirmed = (t, timeoutMS, wtimeout) =>
    open(t, server.current.url('confirmed'), { timeoutMS }, { writeOperationOptions: { w: 3, wtimeout } })

  test('is done, and fails after wtimeout', async (t) => {
    const store = openConfirmed(t, LONG, 200)
    await assert.rejects(store.set('s', { cookie: {}, user: 'Ada' }), { name: 'MongoWriteConcernError' })
    assert.equal((await store.get('s')).user, 'Ada')
  })

  test('fails after timeoutMS, if wtimeout is longer', async (t) => {
    const store = openConfirmed(t, 600, LONG)
    await assert.rejects(store.set('s', { cookie: {} }), {
      name: 'MongoOperationTimeoutError',
      message: /^timed out after 600 ms/,
    })
  })
})
