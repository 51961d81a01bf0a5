'use strict'

// A slow `clear` of many sessions removes nothing that was stored after it, and delays no other session.

const assert = require('node:assert/strict')
const { describe, test } = require('node:test')
const { isAtWork } = require('../helpers/connections.js')
const { useFaultyServer } = require('../helpers/faulty-server.js')
const { insist, sleep, until } = require('../helpers/wait.js')

const MANY = 20_000
/** Much longer than a slow clear takes, in ms. */
const LONG = 600_000
const range = (count) => Array.from({ length: count }, (_, n) => n)

/** A store that holds many sessions. */
async function openWithMany(t, server, parameters) {
  const opened = await server.open(t, { stringify: false, parameters })
  await opened.collection.insertMany(range(MANY).map((n) => ({ _id: `old${n}`, session: { cookie: {}, n } })))
  return opened
}

for (const [kind, members] of [
  ['a standalone server', 0],
  ['a replica set of one member', 1],
]) {
  describe(`with ${kind}`, () => {
    const server = useFaultyServer({ members })

    test('a clear that fails at its deadline does not remove later what was stored after its answer', async (t) => {
      const { store, client, appName, collection, fail } = await openWithMany(t, server, { timeoutMS: 800 })
      await fail(['delete'], { blockConnection: true, blockTimeMS: 3000 }, { times: 1 })
      await assert.rejects(store.clear(), { name: 'MongoOperationTimeoutError' })
      await insist(() => store.set('new', { cookie: {}, n: 'new' }))
      await until('the end of the late command', async () => !(await isAtWork(client, appName)))
      await sleep(100)
      assert.equal((await insist(() => store.get('new')))?.n, 'new')
      assert.equal(await collection.countDocuments({ _id: 'new' }), 1)
    })

    test('what is stored while a clear is under way stays, and what was stored before it is not found', async (t) => {
      const { store, collection, fail, mend } = await openWithMany(t, server, { timeoutMS: LONG })
      await fail(['delete'], { blockConnection: true, blockTimeMS: 200 })
      const clearing = { done: false }
      const cleared = store.clear().then(() => {
        clearing.done = true
      })
      const found = []
      const stored = []
      for (let n = 0; !clearing.done; n += 1) {
        const [old] = await Promise.all([store.get(`old${(n * 7919) % MANY}`), store.set(`new${n}`, { cookie: {}, n })])
        if (old) found.push(n)
        stored.push(`new${n}`)
      }
      await cleared
      await mend()
      assert.deepEqual(found, [], 'sessions found that were stored before the clear')
      const left = await collection.find({}, { projection: { _id: 1 } }).toArray()
      assert.deepEqual(left.map(({ _id }) => _id).sort(), stored.sort())
    })

    test('other operations are answered before a clear of many sessions whose delete takes long', async (t) => {
      const { store, fail, mend } = await openWithMany(t, server, { timeoutMS: LONG })
      await fail(['delete'], { blockConnection: true, blockTimeMS: 1000 })
      const ends = []
      const ending = (name, call) =>
        call.then(
          () => ends.push(name),
          (error) => ends.push(`${name}: ${error.message}`),
        )
      const clearing = ending('clear', store.clear())
      await Promise.all([
        ...range(20).flatMap((n) => [
          ending('get', store.get(`other${n}`)),
          ending('set', store.set(`new${n}`, { cookie: {}, n })),
        ]),
        sleep(100).then(() => ending('get', store.get('later'))),
        clearing,
      ])
      await mend()
      assert.deepEqual([...new Set(ends)].sort(), ['clear', 'get', 'set'])
      assert.equal(
        ends.at(-1),
        'clear',
        `${ends.length - 1 - ends.indexOf('clear')} operations were answered after the clear`,
      )
    })
  })
}
