'use strict'

// Servers that are not there yet, go away, or come back: operations fail meanwhile, and the store recovers.

const assert = require('node:assert/strict')
const { once } = require('node:events')
const { describe, it } = require('node:test')
const { MongoClient } = require('mongodb')
const { startLoad } = require('../helpers/load.js')
const { STYLES } = require('../helpers/styles.js')
const { useOwnServer } = require('../helpers/server.js')
const { sleep, until, within } = require('../helpers/wait.js')

const server = useOwnServer()
const mongoOptions = { serverSelectionTimeoutMS: 300, connectTimeoutMS: 1000 }

/** Inspects a database through a separate client. */
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
      // A slow machine may not know the reason in the time that the first operation has.
      await until('the reason', () => store.get('sid').catch(({ message }) => message.includes('ECONNREFUSED')))
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
      const index = await until('the TTL index', () =>
        look(database, async (db) => {
          const indexes = await db.collection('sessions').indexes()
          return indexes.find(({ key }) => key.expires)
        }),
      )
      assert.equal(index.expireAfterSeconds, 0)
      if (Store !== STYLES[0].Store) {
        await within('the event connected', connected)
        assert.equal(store.state, 'connected')
      }
      const collection = await until('collectionP', () => store.collectionP.catch(() => undefined))
      assert.equal(collection.collectionName, 'sessions')
    })

    it('works again after the server was killed and restarted under load', async (t) => {
      // Journaled writes survive a server crash.
      const writeOperationOptions = { w: 1, j: true }
      const store = new Store({ [ofUrl]: server.current.url(`killed-${ofUrl}`), mongoOptions, writeOperationOptions })
      t.after(() => store.close())
      await until('the store to work', () => works(store, 'first').catch(() => false))

      const load = startLoad(8, async (worker) => {
        await sleep(1)
        assert(await works(store, `sid${worker}`))
      })
      await until('answers', () => load.answered > 50)
      await server.current.kill()
      await until('failures', () => load.errors.length > 8)
      await server.current.restart()
      const { answered } = load
      await until('more answers', () => load.answered > answered + 50)
      await load.stop()
      for (const error of load.errors) {
        assert(error instanceof Error)
        assert.match(error.name, /^Mongo/)
        assert.notEqual(error.message, '')
      }
      for (let worker = 0; worker < 8; worker += 1)
        await until('the store to work', () => works(store, `sid${worker}`).catch(() => false))
      const first = await until('the first session', () => store.get('first').catch(() => undefined))
      assert.equal(first.user, 'Ada')
    })
  })
}
