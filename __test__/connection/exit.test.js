'use strict'

// The lifetime of a process. A store with its own connection keeps it alive until close(), as connect-mongo does. With
// the application's client, the application decides. The process may also end at any moment.

const assert = require('node:assert/strict')
const { describe, it } = require('node:test')
const { needsAddon } = require('../helpers/addon.js')
const { runProgram } = require('../helpers/child.js')
const { useServer } = require('../helpers/server.js')

const server = useServer()

async function run(main, input) {
  const { lines, ...end } = await runProgram(main, { url: server.url(server.freshDb()), ...input })
  return { ...end, printed: lines }
}

/** The result of a process that ended without complaints. */
const well = (printed) => ({ code: 0, signal: null, stderr: '', printed })

for (const style of ['modern', 'factory']) {
  describe(style, () => {
    const factory = style === 'factory'

    for (const autoRemove of ['native', 'interval', 'disabled']) {
      it(`a process ends by itself after close(), with autoRemove: '${autoRemove}'`, async () => {
        assert.deepEqual(
          await run(
            async ({ url, ...input }) => {
              const MongoStore = require('connect-mongo-native')
              const options = {
                [input.factory ? 'url' : 'mongoUrl']: url,
                autoRemove: input.autoRemove,
                autoRemoveInterval: 0.001,
              }
              const store = new (input.factory ? MongoStore(require('express-session')) : MongoStore)(options)
              await store.set('sid', { cookie: {} })
              await store.collectionP
              await store.close()
              console.log('closed')
            },
            { factory, autoRemove },
          ),
          well(['closed']),
        )
      })
    }

    it('a process stays alive until close()', async () => {
      assert.deepEqual(
        await run(
          async ({ url, ...input }) => {
            const MongoStore = require('connect-mongo-native')
            const store = new (input.factory ? MongoStore(require('express-session')) : MongoStore)({
              [input.factory ? 'url' : 'mongoUrl']: url,
            })
            await store.set('sid', { cookie: {} })
            // These fire only if something else keeps the process alive.
            setTimeout(async () => {
              console.log('alive')
              await store.close()
              setTimeout(() => console.log('still alive'), 60_000).unref()
            }, 500).unref()
          },
          { factory },
        ),
        well(['alive']),
      )
    })

    it('a process whose store waits for its server stays alive, too', async () => {
      const { printed, code } = await run(
        async (input) => {
          const MongoStore = require('connect-mongo-native')
          const url = 'mongodb://127.0.0.1:1/x'
          const store = new (input.factory ? MongoStore(require('express-session')) : MongoStore)({
            [input.factory ? 'url' : 'mongoUrl']: url,
          })
          setTimeout(() => {
            console.log('alive')
            store.close()
          }, 500).unref()
        },
        { factory },
      )
      assert.deepEqual({ printed, code }, { printed: ['alive'], code: 0 })
    })

    for (const way of ['client', 'clientPromise']) {
      it(`a process whose own client is closed ends though the store is not closed: ${way}`, async () => {
        assert.deepEqual(
          await run(
            async ({ url, ...input }) => {
              const { MongoClient } = require('mongodb')
              const MongoStore = require('connect-mongo-native')
              const client = await new MongoClient(url).connect()
              const given = input.way === 'client' ? { client } : { clientPromise: Promise.resolve(client) }
              const Store = input.factory ? MongoStore(require('express-session')) : MongoStore
              const store = new Store({ ...given, autoRemove: 'interval', autoRemoveInterval: 10 })
              await store.set('sid', { cookie: {} })
              await client.close()
              console.log('client closed')
            },
            { factory, way },
          ),
          well(['client closed']),
        )
      })
    }

    const skip = needsAddon('a connected client of the mongodb package keeps the process alive')
    it("a process with the application's client waits for the answers of operations", skip, async () => {
      assert.deepEqual(
        await run(
          async ({ url, ...input }) => {
            const { MongoClient } = require('mongodb')
            const MongoStore = require('connect-mongo-native')
            const store = new (input.factory ? MongoStore(require('express-session')) : MongoStore)({
              client: new MongoClient(url),
            })
            store.set('sid', { cookie: {}, user: 'Ada' }, () => {
              store.get('sid', (error, session) => console.log(error ?? session.user))
            })
          },
          { factory },
        ),
        well(['Ada']),
      )
    })

    it('process.exit() in the middle of load ends the process with its code, every time', async () => {
      for (let n = 0; n < 20; n += 1) {
        const { code, signal, stderr } = await run(
          async ({ url, ...input }) => {
            const MongoStore = require('connect-mongo-native')
            const Store = input.factory ? MongoStore(require('express-session')) : MongoStore
            const stores = Array.from({ length: 2 }, () => new Store({ [input.factory ? 'url' : 'mongoUrl']: url }))
            let answered = 0
            const again = (store, sid) => {
              store.set(sid, { cookie: {}, text: 'x'.repeat(1000) }, () => {
                store.get(sid, () => {
                  answered += 1
                  if (answered > input.n * 10) process.exit(37)
                  again(store, sid)
                })
              })
            }
            for (const store of stores) for (let sid = 0; sid < 50; sid += 1) again(store, `sid${sid}`)
          },
          { factory, n },
        )
        assert.deepEqual({ code, signal, stderr }, { code: 37, signal: null, stderr: '' })
      }
    })

    it('process.exit() while a store is made, connected or closed ends the process with its code', async () => {
      for (const moment of ['made', 'connecting', 'closing', 'closed', 'exit']) {
        const { code, signal, stderr } = await run(
          async ({ url, ...input }) => {
            const MongoStore = require('connect-mongo-native')
            const Store = input.factory ? MongoStore(require('express-session')) : MongoStore
            const store = new Store({ [input.factory ? 'url' : 'mongoUrl']: url })
            if (input.moment === 'made') process.exit(37)
            const answer = store.set('sid', { cookie: {} })
            if (input.moment === 'connecting') process.exit(37)
            await answer
            const closed = store.close()
            if (input.moment === 'closing') process.exit(37)
            await closed
            if (input.moment === 'closed') process.exit(37)
            process.exitCode = 37
            process.on('exit', () => {
              new Store({ [input.factory ? 'url' : 'mongoUrl']: url }).get('sid', () => {})
            })
          },
          { factory, moment },
        )
        assert.deepEqual({ code, signal, stderr }, { code: 37, signal: null, stderr: '' }, moment)
      }
    })

    it('an exception of the application under load ends the process as exceptions do', async () => {
      const { code, signal, stderr } = await run(
        async ({ url, ...input }) => {
          const MongoStore = require('connect-mongo-native')
          const store = new (input.factory ? MongoStore(require('express-session')) : MongoStore)({
            [input.factory ? 'url' : 'mongoUrl']: url,
          })
          for (let n = 0; n < 100; n += 1) store.set(`sid${n}`, { cookie: {} })
          store.get('sid', () => {
            throw new Error('of the application')
          })
        },
        { factory },
      )
      assert.deepEqual({ code, signal }, { code: 1, signal: null })
      assert.match(stderr, /Error: of the application/)
    })
  })
}
