'use strict'

// close(): every operation before it is answered, none after it is carried out, and it always ends, whatever has become
// of the server.

const assert = require('node:assert/strict')
const { describe, it } = require('node:test')
const { MongoClient } = require('mongodb')
const { connectionsOf } = require('../helpers/connections.js')
const { STYLES } = require('../helpers/styles.js')
const { useOwnServer } = require('../helpers/use-server.js')
const { until, within } = require('../helpers/wait.js')

const server = useOwnServer()
const MANY = 200
/** Longer than any wait of a test: an operation or a close that waits for it fails. */
const mongoOptions = { serverSelectionTimeoutMS: 10_000_000 }

const session = (n) => ({ cookie: {}, n })

for (const { name, Store, ofUrl } of STYLES) {
  describe(name, () => {
    let databases = 0
    function open(options) {
      databases += 1
      const url = server.current.url(`close-${ofUrl}-${databases}`)
      return new Store({ [ofUrl]: url, mongoOptions: { ...mongoOptions, ...options } })
    }
    const setMany = (store) =>
      Promise.allSettled(Array.from({ length: MANY }, (_, n) => store.set(`sid${n}`, session(n))))

    it('answers what is in flight, all of it well', async () => {
      const store = open()
      await store.set('sid', session(0))
      const inFlight = setMany(store)
      await within('close', store.close())
      const results = await within('the answers', inFlight)
      assert.deepEqual(
        results.filter(({ status }) => status !== 'fulfilled'),
        [],
      )
    })

    it('answers what is in flight of a store made a moment ago', async () => {
      const store = open()
      const inFlight = setMany(store)
      await within('close', store.close())
      const results = await within('the answers', inFlight)
      assert.deepEqual(
        results.filter(({ status }) => status !== 'fulfilled'),
        [],
      )
    })

    it('leaves no connection behind', async (t) => {
      const client = new MongoClient(server.current.uri)
      t.after(() => client.close())
      const store = open({ appName: `closed-${ofUrl}` })
      await setMany(store)
      await store.collectionP
      assert((await connectionsOf(client, `closed-${ofUrl}`)) > 0)
      await within('close', store.close())
      await until('the connections to end', async () => (await connectionsOf(client, `closed-${ofUrl}`)) === 0)
    })

    it('gives a promise of undefined, and calls back', async () => {
      assert.equal(await within('close', open().close()), undefined)
      const store = open()
      const values = await within('the callback', new Promise((resolve) => store.close((...given) => resolve(given))))
      assert.deepEqual(values, [null])
    })

    it('may be called again, at the same time and afterwards', async () => {
      const store = open()
      await store.set('sid', session(0))
      await within('both', Promise.all([store.close(), store.close()]))
      await within('the third', store.close())
    })

    it('lets every operation after it fail with MongoNotConnectedError', async () => {
      const store = open()
      await store.set('sid', session(0))
      const closing = store.close()
      const operations = {
        get: () => store.get('sid'),
        set: () => store.set('sid', session(1)),
        touch: () => store.touch('sid', session(1)),
        destroy: () => store.destroy('sid'),
        all: () => store.all(),
        length: () => store.length(),
        clear: () => store.clear(),
      }
      const expected = { name: 'MongoNotConnectedError', message: 'Client must be connected before running operations' }
      for (const start of Object.values(operations)) await assert.rejects(start(), expected)
      await closing
      for (const start of Object.values(operations)) await assert.rejects(start(), expected)
      const error = await new Promise((resolve) => store.get('sid', resolve))
      assert.equal(error.name, expected.name)
    })

    /** After `disturb`, operations in flight are answered by errors, and close ends. */
    async function endsWithout({ disturb, mend, options }) {
      const store = open(options)
      await store.set('sid', session(0))
      try {
        await disturb()
        const inFlight = setMany(store)
        await within('close', store.close())
        for (const { status, reason } of await within('the answers', inFlight)) {
          assert.equal(status, 'rejected')
          assert(reason instanceof Error)
          assert.match(reason.name, /^Mongo/, reason.stack)
        }
      } finally {
        await mend()
      }
    }

    it('ends without a server that was killed', () =>
      endsWithout({ disturb: () => server.current.kill(), mend: () => server.current.restart() }))

    // The monitor would notice sooner or later that the server is silent: here it never does.
    it('ends without a server that is frozen', { skip: process.platform === 'win32' }, () =>
      endsWithout({
        options: { heartbeatFrequencyMS: 10_000_000 },
        disturb: () => server.current.kill('SIGSTOP'),
        mend: () => server.current.kill('SIGCONT'),
      }),
    )

    it('ends without a server that never was there', async () => {
      const store = new Store({ [ofUrl]: 'mongodb://127.0.0.1:1/x', mongoOptions })
      const inFlight = setMany(store)
      await within('close', store.close())
      for (const { status, reason } of await within('the answers', inFlight)) {
        assert.equal(status, 'rejected')
        assert.match(reason.name, /^Mongo/, reason.stack)
      }
    })
  })
}
