'use strict'

// The package without express-session or kruptein: it works, or names the missing package. And without a mongodb package of
// the application: it has one of its own, which it loads when it needs it.

const assert = require('node:assert/strict')
const { describe, it } = require('node:test')
const { needsAddon } = require('../helpers/addon.js')
const { runProgram } = require('../helpers/child.js')
const { packageFolder } = require('../helpers/package-folder.js')
const { useServer } = require('../helpers/server.js')

const server = useServer()

/** Runs a program with only the named packages installed. Resolves with the JSON that it printed. */
async function runBeside(t, packages, main) {
  const { code, signal, lines, stderr } = await runProgram(
    main,
    { url: server.url(server.freshDb()) },
    {
      cwd: packageFolder(t, packages),
    },
  )
  assert.deepEqual({ code, signal, stderr }, { code: 0, signal: null, stderr: '' })
  return JSON.parse(lines.at(-1))
}

describe('Without express-session', () => {
  it('a store is an EventEmitter with all that a session middleware calls', async (t) => {
    const seen = await runBeside(t, ['bson'], async ({ url }) => {
      const { EventEmitter } = require('node:events')
      const MongoStore = require('connect-mongo-native')
      let installed = true
      try {
        require('express-session')
      } catch {
        installed = false
      }
      const store = MongoStore.create({ mongoUrl: url })
      const events = []
      for (const event of ['create', 'set', 'get', 'destroy']) store.on(event, (sid) => events.push(`${event} ${sid}`))
      store.generate = (req) => {
        req.sessionID = 'second'
      }
      await store.set('first', { cookie: { expires: new Date(Date.now() + 60_000) }, user: 'Ada' })
      const loaded = await store.load('first')
      const req = { sessionID: 'first' }
      await store.regenerate(req)
      console.log(
        JSON.stringify({
          installed,
          isEmitter: store instanceof EventEmitter,
          events,
          user: loaded.user,
          isDate: loaded.cookie.expires instanceof Date,
          absent: (await store.load('first')) ?? null,
          id: req.sessionID,
          left: await store.length(),
        }),
      )
      await store.close()
    })
    assert.deepEqual(seen, {
      installed: false,
      isEmitter: true,
      isDate: true,
      user: 'Ada',
      absent: null,
      id: 'second',
      left: 0,
      events: ['create first', 'set first', 'get first', 'destroy first', 'get first'],
    })
  })

  it('the factory takes a Store of any other framework', async (t) => {
    const seen = await runBeside(t, ['bson'], async ({ url }) => {
      class Store extends require('node:events') {}
      const store = new (require('connect-mongo-native')({ Store }))({ url })
      await store.set('sid', { cookie: {}, user: 'Ada' })
      console.log(JSON.stringify({ isStore: store instanceof Store, user: (await store.get('sid')).user }))
      await store.close()
    })
    assert.deepEqual(seen, { isStore: true, user: 'Ada' })
  })
})

describe('Without a mongodb package of the application', () => {
  it('a store works, with text and with documents', async (t) => {
    const seen = await runBeside(t, ['bson', 'express-session'], async ({ url }) => {
      const session = require('express-session')
      const MongoStore = require('connect-mongo-native')
      const text = MongoStore.create({ mongoUrl: url })
      const documents = new (MongoStore(session))({ url, collection: 'documents', stringify: false })
      await text.set('sid', { cookie: {}, user: 'Ada' })
      await documents.set('sid', { cookie: {}, since: new Date(0) })
      console.log(JSON.stringify([(await text.get('sid')).user, (await documents.get('sid')).since instanceof Date]))
      await Promise.all([text.close(), documents.close()])
    })
    assert.deepEqual(seen, ['Ada', true])
  })

  const skip = needsAddon('without the addon, the package is needed at once')
  it("the driver's objects are those of the store's own dependency, which is not loaded before", skip, async (t) => {
    const seen = await runBeside(t, [], async ({ url }) => {
      const isLoaded = () => Object.keys(require.cache).some((name) => /[\\/]mongodb[\\/]lib[\\/]/.test(name))
      const store = require('connect-mongo-native').create({ mongoUrl: url })
      const loaded = [isLoaded()]
      await store.set('sid', { cookie: {} })
      await store.get('sid')
      loaded.push(isLoaded())
      const found = await (await store.collectionP).findOne({})
      loaded.push(isLoaded())
      console.log(
        JSON.stringify({
          loaded,
          id: found._id,
          names: [store.client, store.db].map(({ constructor }) => constructor.name),
        }),
      )
      await store.close()
    })
    assert.deepEqual(seen, { loaded: [false, false, true], id: 'sid', names: ['MongoClient', 'Db'] })
  })

  it('nothing fails as long as nobody asks for them', async (t) => {
    const seen = await runBeside(t, ['bson'], async ({ url }) => {
      const store = require('connect-mongo-native').create({ mongoUrl: url })
      void store.collectionP
      void store.clientP
      await store.set('sid', { cookie: {} })
      await new Promise(setImmediate)
      console.log(await store.length())
      await store.close()
    })
    assert.equal(seen, 1)
  })
})

describe('Without kruptein', () => {
  it('only options that are not native need it, and the error names it', async (t) => {
    const seen = await runBeside(t, ['bson'], async () => {
      const { createKrupteinAdapter } = require('connect-mongo-native')
      const messages = []
      for (const options of [
        { algorithm: 'camellia-256-cbc' },
        { hashing: 'md5' },
        { encodeas: 'latin1' },
        { use_scrypt: true },
        { _key_size: 16 },
      ]) {
        try {
          createKrupteinAdapter({ secret: 'squirrel', ...options })
        } catch (error) {
          messages.push(error.message)
        }
      }
      const adapter = createKrupteinAdapter({ secret: 'squirrel' })
      console.log(JSON.stringify({ messages, text: await adapter.decrypt(await adapter.encrypt('hello')) }))
    })
    assert.equal(seen.messages.length, 5)
    for (const message of seen.messages)
      assert.match(message, /npm package "kruptein", which is not installed: npm install kruptein/)
    assert.equal(seen.text, '"hello"')
  })
})
