'use strict'

// A store whose server is not there yet, goes away, or comes back: operations fail meanwhile, and the store heals.

const assert = require('node:assert/strict')
const { once } = require('node:events')
const { describe, it } = require('node:test')
const { MongoClient } = require('mongodb')
const { STYLES } = require('../helpers/styles.js')
const { useOwnServer } = require('../helpers/use-server.js')
const { sleep, until, within } = require('../helpers/wait.js')

const server = useOwnServer()
const mongoOptions = { serverSelectionTimeoutMS: 300, connectTimeoutMS: 1000 }

/** Looks at a database through a client of its own. */
async function look(database, see) {
  const client = new MongoClient(server.current.uri)
  try {
    return await see(client.db(database))
  } finally {
    await client.close()
  }
}

const works = async (store, sid) => {
  await store.set(sid, { cookie: {}, user: 'Ada' })
  return (await store.get(sid)).user === 'Ada'
}

for (const { name, Store, ofUrl } of STYLES) {
  describe(name, () => {
    it('heals by itself when the server comes up after the store was made', async (t) => {
      const database = `late-${ofUrl}`
      await server.current.kill()
      const store = new Store({ [ofUrl]: server.current.url(database), mongoOptions })
      t.after(() => store.close())
      const connected = once(store, 'connected')

      const operations = {
        get: () => store.get('sid'),
        set: () => store.set('sid', { cookie: {} }),
        touch: () => store.touch('sid', { cookie: {} }),
        destroy: () => store.destroy('sid'),
        all: () => store.all(),
        length: () => store.length(),
        clear: () => store.clear(),
      }
      for (const [operation, start] of Object.entries(operations)) {
        await assert.rejects(within(operation, start()), (error) => {
          assert(error instanceof Error)
          assert.equal(error.name, 'MongoServerSelectionError', operation)
          assert.match(error.message, new RegExp(`ECONNREFUSED .*${server.current.port}`), operation)
          return true
        })
      }
      await assert.rejects(within('collectionP', store.collectionP), { name: 'MongoServerSelectionError' })

      await server.current.restart()
      await until('the store to work', () => works(store, 'sid').catch(() => false))
      const index = await until('the TTL index', () => look(database, async (db) => {
        const indexes = await db.collection('sessions').indexes()
        return indexes.find(({ key }) => key.expires)
      }))
      assert.equal(index.expireAfterSeconds, 0)
      if (Store !== STYLES[0].Store) {
        await within('the event connected', connected)
        assert.equal(store.state, 'connected')
      }
      assert.equal((await store.collectionP).collectionName, 'sessions')
    })

    it('works again after the server was killed and restarted under load', async (t) => {
      const store = new Store({ [ofUrl]: server.current.url(`killed-${ofUrl}`), mongoOptions })
      t.after(() => store.close())
      await works(store, 'first')

      const outcomes = { answered: 0, failed: 0 }
      const unsound = []
      let stopped = false
      const load = Array.from({ length: 8 }, async (_, worker) => {
        while (!stopped) {
          try {
            assert(await works(store, `sid${worker}`))
            outcomes.answered += 1
          } catch (error) {
            if (!(error instanceof Error) || !/^Mongo/.test(error.name) || error.message === '') unsound.push(error)
            outcomes.failed += 1
          }
          await sleep(1)
        }
      })

      await until('answers', () => outcomes.answered > 50)
      await server.current.kill()
      await until('failures', () => outcomes.failed > 8)
      await server.current.restart()
      const { answered } = outcomes
      await until('more answers', () => outcomes.answered > answered + 50)
      stopped = true
      await within('the end of the load', Promise.all(load))
      assert.deepEqual(unsound, [])
      for (let worker = 0; worker < load.length; worker += 1) assert(await works(store, `sid${worker}`))
      assert.equal((await store.get('first')).user, 'Ada')
    })
  })
}
