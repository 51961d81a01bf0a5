'use strict'

// The store sends the remaining time of an operation as `maxTimeMS`, so the server does no work that nobody waits for.
// The tests read this from the server's command log.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { useFaultyServer } = require('../helpers/faulty-server.js')

const server = useFaultyServer()
const LIMIT = 60_000 // ms that an operation may take
const BLOCK = 700 // ms that the server holds a command

/** The names of the commands that a store sends. Monitoring commands and `killCursors` have no time limit. */
const NAMES = ['find', 'update', 'delete', 'aggregate']

/** The commands that a store sends during `work`. */
async function commandsOf({ db, appName }, work) {
  await db.command({ profile: 0, slowms: -1 }) // the server logs every command before it answers
  await work()
  await db.command({ profile: 0, slowms: 100 })
  const lines = server.current.log
    .split('\n')
    .filter((line) => line.includes('"msg":"Slow query"') && line.includes(appName))
  return lines
    .map((line) => JSON.parse(line).attr)
    .filter((logged) => logged.appName === appName && NAMES.some((name) => name in logged.command))
    .map(({ command }) => command)
}

const CALLS = {
  get: (store) => store.get('s'),
  'get of many': (store) => Promise.all(['a', 'b', 'c'].map((sid) => store.get(sid))),
  set: (store) => store.set('s', { cookie: {} }),
  touch: (store) => store.touch('there', { cookie: {} }),
  'touch of many, one of which is not there': (store) =>
    Promise.allSettled(['there', 'x', 'y'].map((sid) => store.touch(sid, { cookie: {} }))),
  destroy: (store) => store.destroy('there'),
  all: (store) => store.all(),
  length: (store) => store.length(),
  clear: (store) => store.clear(),
}

for (const [what, call] of Object.entries(CALLS)) {
  test(`each command of a ${what} has a time limit of its own at the server`, async (t) => {
    const { store, collection, ...there } = await server.open(t, { parameters: { timeoutMS: LIMIT } })
    await collection.insertOne({ _id: 'there', session: '{"cookie":{}}' })
    const commands = await commandsOf(there, () => call(store))
    assert.ok(commands.length > 0)
    for (const command of commands) {
      const { maxTimeMS } = command
      assert.ok(maxTimeMS > 0 && maxTimeMS <= LIMIT, `${Object.keys(command)[0]}: ${maxTimeMS}`)
    }
  })
}

test('the time that a command has waited for a connection is not given to the server', async (t) => {
  const { store, fail, ...there } = await server.open(t, { parameters: { timeoutMS: LIMIT, maxPoolSize: 1 } })
  await fail(['find', 'aggregate'], { blockConnection: true, blockTimeMS: BLOCK })
  const commands = await commandsOf(there, () => Promise.all([store.get('s'), store.length()]))
  const limits = commands.map(({ maxTimeMS }) => maxTimeMS)
  assert.equal(limits.length, 2)
  // The order of sending does not matter.
  assert.ok(Math.min(...limits) <= LIMIT - BLOCK, limits.join(', '))
})
