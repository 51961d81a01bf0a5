'use strict'

// Closing the client that a store handed out, as the guides for connect-mongo 3 to 6 do after tests, closes the store.

const assert = require('node:assert/strict')
const { describe, it } = require('node:test')
const { MongoStore: GenuineStore } = require('connect-mongo-6')
const { oldServer } = require('../helpers/altered-server.js')
const { runProgram } = require('../helpers/child.js')
const { useServer } = require('../helpers/server.js')
const { eachStyle, make } = require('../helpers/stores.js')
const { within } = require('../helpers/wait.js')

const server = useServer()

const WAYS = {
  '(await store.clientP).close()': async (store) => (await store.clientP).close(),
  'store.client.close()': (store) => store.client.close(),
  'store.client.close(callback)': (store) =>
    new Promise((resolve, reject) => {
      store.client.close((error) => (error ? reject(error) : resolve()))
    }),
  '(await store.collectionP).client.close()': async (store) => (await store.collectionP).client.close(),
}

/** What an operation of connect-mongo 6 fails with after its client was closed. */
async function genuineError() {
  const store = GenuineStore.create({ mongoUrl: server.url(server.freshDb()) })
  await store.collectionP
  await new Promise((resolve) => {
    store.set('sid', { cookie: {} }, resolve)
  })
  await (await store.clientP).close()
  const { name, message } = await new Promise((resolve) => {
    store.get('sid', resolve)
  })
  return { name, message }
}

eachStyle(({ style }) => {
  for (const through of ['the addon', 'the mongodb package']) {
    describe(`through ${through}`, () => {
      const uriOf = async (t) => {
        const name = server.freshDb()
        if (through === 'the addon') return server.url(name)
        return `mongodb://${await oldServer(t, server.client.options.hosts[0].toString())}/${name}`
      }

      for (const [way, close] of Object.entries(WAYS)) {
        it(`${way} closes the store`, async (t) => {
          const store = make(style, { [style.ofUrl]: await uriOf(t), autoRemove: 'interval' })
          t.after(() => store.close())
          await store.set('sid', { cookie: {}, user: 'Ada' })
          const inFlight = store.get('sid')
          await within('close', close(store))
          assert.equal((await inFlight).user, 'Ada')
          assert.equal(store.timer, undefined)
          await assert.rejects(store.get('sid'), await genuineError())
          await within('a second close', close(store))
          await within('close of the store', store.close())
        })
      }

      it('both closes may be under way at once, also before there is a connection', async (t) => {
        for (const isConnected of [false, true]) {
          const store = make(style, { [style.ofUrl]: await uriOf(t) })
          if (isConnected) await store.set('sid', { cookie: {} })
          const { client } = store
          await within('all', Promise.all([store.close(), client.close(), store.close(), client.close()]))
        }
      })

      it('close of a subclass may close the client', async (t) => {
        class Store extends style.Store {
          async close() {
            await this.client.close()
          }
        }
        const store = new Store({ [style.ofUrl]: await uriOf(t) })
        await store.set('sid', { cookie: {} })
        await within('close', store.close())
        await assert.rejects(store.get('sid'), await genuineError())
      })

      for (const property of ['client', 'clientP']) {
        it(`a process ends after ${property} was closed`, async (t) => {
          const input = { url: await uriOf(t), property, ofUrl: style.ofUrl }
          const { code, signal, stderr, lines } = await runProgram(
            async ({ url, ofUrl, ...others }) => {
              const MongoStore = require('connect-mongo-native')
              const Store = ofUrl === 'url' ? MongoStore(require('express-session')) : MongoStore
              const store = new Store({ [ofUrl]: url })
              await store.set('sid', { cookie: {} })
              await (await store[others.property]).close()
              console.log('closed')
            },
            input,
            { env: { NODE_NO_WARNINGS: '1' } },
          )
          assert.deepEqual({ code, signal, stderr, lines }, { code: 0, signal: null, stderr: '', lines: ['closed'] })
        })
      }
    })
  }
})
