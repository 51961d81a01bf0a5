'use strict'

// Without a server, every operation waits for `serverSelectionTimeoutMS`. All of them wait concurrently, and none
// delays another.

const assert = require('node:assert/strict')
const { once } = require('node:events')
const { createServer } = require('node:net')
const { test } = require('node:test')
const { inspect } = require('node:util')
const { makeStore } = require('../helpers/faulty-server.js')
const { useSilentServer } = require('../helpers/silent-server.js')
const { within } = require('../helpers/wait.js')

const SELECTION = 2000 // ms
const TRIALS = 3

const silent = useSilentServer()

/** Addresses at which no server is found. */
const NOWHERE = {
  'if nobody listens': async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address()
    server.close()
    await once(server, 'close')
    return `127.0.0.1:${port}`
  },
  'if the server says nothing': () => silent.host,
}

/** When each of the calls has failed because there is no server, the first to fail first. */
async function failuresOf(calls) {
  const called = performance.now()
  const ends = []
  await within(
    'the failures',
    Promise.all(
      Object.entries(calls).map(async ([name, call]) => {
        const error = await call.then(
          () => assert.fail(`${name} succeeded`),
          (reason) => reason,
        )
        assert.equal(error.name, 'MongoServerSelectionError', name)
        ends.push({ name, ms: Math.round(performance.now() - called) })
      }),
    ),
  )
  return ends
}

/**
 * Checks that all calls on a new store fail because there is no server, and that the last one fails soon after the first. A
 * slow machine may delay some of them, but calls that wait for each other fail late in every trial.
 */
async function failTogether(openStore, callsOn) {
  for (let trials = 1; ; trials += 1) {
    const ends = await failuresOf(callsOn(await openStore()))
    const [first, last] = [ends[0], ends.at(-1)]
    if (last.ms < 1.5 * first.ms && last.ms < 2 * SELECTION) return
    assert.ok(trials < TRIALS, `first ${inspect(first)}, last ${inspect(last)}`)
  }
}

/** A call of each method on one session, by the method's name. */
const callsOnOne = (store) => ({
  get: store.get('s'),
  set: store.set('s', { cookie: {} }),
  touch: store.touch('s', { cookie: {} }),
  destroy: store.destroy('s'),
})

for (const [where, hostOf] of Object.entries(NOWHERE)) {
  async function open(t) {
    const mongoUrl = `mongodb://${await hostOf()}/nowhere?serverSelectionTimeoutMS=${SELECTION}`
    const store = makeStore({ mongoUrl, autoRemove: 'disabled' })
    t.after(() => store.close())
    return store
  }

  test(`calls on one session fail in about the same time ${where}`, (t) =>
    failTogether(
      () => open(t),
      (store) => ({
        ...callsOnOne(store),
        'set again': store.set('s', { cookie: {} }),
        'get again': store.get('s'),
      }),
    ))

  test(`calls on one session and on all fail in about the same time ${where}`, (t) =>
    failTogether(
      () => open(t),
      (store) => ({
        ...callsOnOne(store),
        all: store.all(),
        length: store.length(),
        clear: store.clear(),
        'get after clear': store.get('s'),
        'set of another': store.set('t', { cookie: {} }),
      }),
    ))

  test(`calls of many sessions fail in about the same time ${where}`, (t) =>
    failTogether(
      () => open(t),
      (store) =>
        Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`set ${n}`, store.set(`s${n}`, { cookie: {} })])),
    ))
}
