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

/** Checks that all calls fail because there is no server, and that the last one fails soon after the first. */
async function failTogether(calls) {
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
        ends.push({ name, error: error.name, ms: Math.round(performance.now() - called) })
      }),
    ),
  )
  const told = `first ${inspect(ends.at(0))}, last ${inspect(ends.at(-1))}`
  assert.deepEqual([...new Set(ends.map(({ error }) => error))], ['MongoServerSelectionError'], told)
  assert.ok(ends.at(-1).ms < 1.5 * ends[0].ms && ends.at(-1).ms < 2 * SELECTION, told)
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

  test(`calls on one session fail in about the same time ${where}`, async (t) => {
    const store = await open(t)
    await failTogether({
      ...callsOnOne(store),
      'set again': store.set('s', { cookie: {} }),
      'get again': store.get('s'),
    })
  })

  test(`calls on one session and on all fail in about the same time ${where}`, async (t) => {
    const store = await open(t)
    await failTogether({
      ...callsOnOne(store),
      all: store.all(),
      length: store.length(),
      clear: store.clear(),
      'get after clear': store.get('s'),
      'set of another': store.set('t', { cookie: {} }),
    })
  })

  test(`calls of many sessions fail in about the same time ${where}`, async (t) => {
    const store = await open(t)
    await failTogether(
      Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`set ${n}`, store.set(`s${n}`, { cookie: {} })])),
    )
  })
}
