'use strict'

// Saves that travel together, one of a session that was destroyed: it is told so, whatever becomes of the session next.

const assert = require('node:assert/strict')
const { describe, test } = require('node:test')
const { needsAddon } = require('../helpers/addon.js')
const { useFaultyServer } = require('../helpers/faulty-server.js')
const { until } = require('../helpers/wait.js')

const reason = 'without it, each save is a command of its own'

for (const [where, members] of [
  ['a standalone server', 0],
  ['a replica set', 1],
]) {
  describe(`on ${where}`, () => {
    const server = useFaultyServer({ members })

    test(
      'a save that was left out is not taken for stored when somebody logs in again at once',
      needsAddon(reason),
      async (t) => {
        const { store, collection, fail, mend } = await server.open(t)
        for (const sid of ['there', 'gone']) await store.set(sid, { cookie: {}, n: 1 })
        const [there, gone] = await Promise.all([store.get('there'), store.get('gone')])
        await collection.deleteOne({ _id: 'gone' })
        // A store that looked for the session after its save would find the new one.
        await fail(['find', 'aggregate'], { blockConnection: true, blockTimeMS: 1000 })
        const saves = Promise.allSettled([
          store.set('gone', Object.assign(gone, { n: 2 })),
          store.set('there', Object.assign(there, { n: 2 })),
        ])
        await until('the saves', () => collection.findOne({ _id: 'there', session: /"n":2/ }))
        await collection.insertOne({
          _id: 'gone',
          session: '{"cookie":{},"n":3}',
          expires: new Date(Date.now() + 60_000),
        })
        const [leftOut, stored] = await saves
        assert.deepEqual([stored.status, leftOut.reason?.code], ['fulfilled', 'ERR_SESSION_GONE'])
        await mend()
        assert.equal((await store.get('gone')).n, 3)
      },
    )
  })
}
