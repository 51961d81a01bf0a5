'use strict'

// Failures while a store is created and connects fail its operations, and never the process. None of these programs
// handles unhandled rejections, and each must end normally.

const assert = require('node:assert/strict')
const { describe, it } = require('node:test')
const { hasAddon } = require('../helpers/addon.js')
const { runProgram } = require('../helpers/child.js')
const { useOwnServer } = require('../helpers/server.js')

const server = useOwnServer({ auth: { user: 'app', password: 'the right one' } })

const STYLES = ['modern', 'factory']
/** Longer than any of these programs may take, so that waiting for it fails. */
const NEVER = 10_000_000

/** Runs a program that ends normally. Resolves with its output. */
async function endsWell(main, input) {
  const { code, signal, lines, stderr } = await runProgram(main, input)
  assert.deepEqual({ code, signal }, { code: 0, signal: null }, stderr)
  return { printed: lines.map((line) => JSON.parse(line)), stderr }
}

/** Uses and closes a store whose connection can't work. Prints the name and message of each operation's error. */
async function useAndClose({ style, options }) {
  const MongoStore = require('connect-mongo-native')
  const Store = style === 'modern' ? MongoStore : MongoStore(require('express-session'))
  const { mongoUrl: url, ...others } = options
  const store = new Store(style === 'modern' ? options : { url, ...others })
  store.set('nobody hears', { cookie: {} })
  store.get('nobody hears', () => {})
  for (const start of [
    () => store.get('sid'),
    () => store.set('sid', { cookie: {} }),
    () => store.length(),
    () => store.collectionP,
  ]) {
    try {
      await start()
      console.log(JSON.stringify({ name: 'none', message: 'it worked' }))
    } catch (error) {
      console.log(JSON.stringify({ name: error.name, message: error.message, isError: error instanceof Error }))
    }
  }
  await store.close()
}

for (const style of STYLES) {
  describe(style, () => {
    it('an unused store of a server that is not there', async () => {
      const { stderr } = await endsWell(
        async ({ factory }) => {
          const MongoStore = require('connect-mongo-native')
          const mongoOptions = { serverSelectionTimeoutMS: 100 }
          const url = 'mongodb://127.0.0.1:1/x'
          const store = factory
            ? new (MongoStore(require('express-session')))({ url, mongoOptions })
            : MongoStore.create({ mongoUrl: url, mongoOptions })
          process.on('warning', () => store.close())
        },
        { factory: style === 'factory' },
      )
      assert.match(stderr, /MONGO_STORE_CONNECTION.*(ECONNREFUSED|No server .*) ?127\.0\.0\.1:1/)
    })

    it('a wrong password, which no message quotes', async () => {
      const mongoUrl = `mongodb://app:hunter2%2F%3A@${server.current.host}/x?authSource=admin&heartbeatFrequencyMS=500`
      const { printed, stderr } = await endsWell(useAndClose, { style, options: { mongoUrl } })
      assert.equal(printed.length, 4)
      for (const { name, message, isError } of printed) {
        assert(isError)
        assert.equal(name, 'MongoServerError')
        assert.equal(message, 'Authentication failed.')
      }
      assert(!/hunter2/.test(stderr), stderr)
    })

    it('a password that is not percent-encoded, which no message quotes', async () => {
      for (const password of ['hunter2/x', 'hunter2@x', 'hunter2:x', 'hunter2%zz', 'hunter2#x?y']) {
        const mongoUrl = `mongodb://app:${password}@${server.current.host}/x?authSource=admin&serverSelectionTimeoutMS=1000`
        const { printed, stderr } = await endsWell(useAndClose, { style, options: { mongoUrl } })
        for (const { isError, message } of printed) {
          assert(isError, message)
          assert(!/hunter2/.test(message), message)
        }
        assert(!/hunter2/.test(stderr), stderr)
      }
    })

    for (const [title, mongoUrl, message] of [
      [
        'that is none',
        'nope',
        /Invalid scheme, expected connection string to start with "mongodb:\/\/" or "mongodb\+srv:\/\/"/,
      ],
      ['of another database', 'postgres://app:hunter2@127.0.0.1/x', /Invalid scheme/],
      ['without a host', 'mongodb:///x', /./],
      ['with a port that is none', 'mongodb://127.0.0.1:port/x', /./],
    ]) {
      it(`a connection string ${title}`, async () => {
        const { printed, stderr } = await endsWell(useAndClose, { style, options: { mongoUrl } })
        for (const error of printed) {
          // The mongodb package has another name for a few of them.
          assert.match(error.name, hasAddon ? /^MongoParseError$/ : /^Mongo(Parse|Runtime)Error$/, error.message)
          assert.match(error.message, message)
        }
        assert(!/hunter2/.test(stderr), stderr)
      })
    }

    it('a clientPromise that is rejected', async () => {
      const { stderr } = await endsWell(
        async ({ factory }) => {
          const { rejects } = require('node:assert/strict')
          const MongoStore = require('connect-mongo-native')
          const options = () => ({ clientPromise: Promise.reject(new Error('no client today')) })
          const make = () =>
            factory ? new (MongoStore(require('express-session')))(options()) : MongoStore.create(options())
          make()
          const store = make()
          store.set('nobody hears', { cookie: {} })
          await rejects(store.get('sid'), { message: 'no client today' })
          await store.close()
          await rejects(store.get('sid'), { name: 'MongoNotConnectedError' })
        },
        { factory: style === 'factory' },
      )
      assert.match(stderr, /no client today/)
    })

    it('a store that is closed right after it was made', async () => {
      await endsWell(
        async ({ factory, urls, NEVER: forever }) => {
          const { match, rejects } = require('node:assert/strict')
          const MongoStore = require('connect-mongo-native')
          const Store = factory ? MongoStore(require('express-session')) : MongoStore
          const mongoOptions = { serverSelectionTimeoutMS: forever }
          const never = new Promise(() => {})
          const all = [
            ...urls.map((url) => ({ [factory ? 'url' : 'mongoUrl']: url, mongoOptions })),
            { clientPromise: never },
          ]
          for (const options of all) {
            const store = new Store(options)
            const early = store.collectionP
            await store.close()
            await rejects(early, { name: 'MongoNotConnectedError' })
            new Store(options).close()
            const closing = new Store(options)
            const answer = closing.set('sid', { cookie: {} })
            closing.close()
            await answer.catch((error) => match(error.name, /^Mongo/))
          }
        },
        { factory: style === 'factory', NEVER, urls: [server.current.url('x'), 'mongodb://127.0.0.1:1/x', 'nope'] },
      )
    })
  })
}
