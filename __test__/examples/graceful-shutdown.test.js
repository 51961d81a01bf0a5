'use strict'

// The server of examples/graceful-shutdown.js is stopped while requests are under way, and while MongoDB is gone.

const assert = require('node:assert/strict')
const { describe, it } = require('node:test')
const { MongoClient } = require('mongodb')
const { Browser } = require('../helpers/browser.js')
const { startExample } = require('../helpers/example-process.js')
const { useOwnServer } = require('../helpers/server.js')
const { sleep, until, within } = require('../helpers/wait.js')

const COMMAND = ['examples/graceful-shutdown.js']
const BROWSERS = 40
const CLEAN = { code: 0, signal: null }

const mongo = useOwnServer({ args: ['--setParameter', 'enableTestCommands=1'] })

/** The visits that a page counts. */
const visitsOf = ({ body }) => Number(/: (\d+)/.exec(body)[1])

/** A server with a database of its own, and the sessions in it. */
async function start(t, name) {
  const url = mongo.current.url(name)
  const client = await new MongoClient(url).connect()
  t.after(() => client.close())
  const server = await startExample(t, COMMAND, { env: { MONGO_URL: url } })
  return { server, client, sessions: client.db().collection('sessions') }
}

for (const signals of [['SIGTERM'], ['SIGINT'], ['SIGINT', 'SIGTERM']]) {
  const names = signals.join(' and ')
  it(`answers each request that it has accepted, and loses no write, on ${names} under load`, async (t) => {
    const { server, client, sessions } = await start(t, `load-${signals.join('-')}`)
    const browsers = Array.from({ length: BROWSERS }, () => new Browser(server.origin))
    const answered = browsers.map(() => 0)
    for (const [n, browser] of browsers.entries()) answered[n] = visitsOf(await browser.get('/'))

    // Each write takes a while, so that requests are under way at any moment.
    const slow = { failCommands: ['update'], blockConnection: true, blockTimeMS: 200 }
    const failPoint = (settings) => client.db('admin').command({ configureFailPoint: 'failCommand', ...settings })
    await failPoint({ mode: 'alwaysOn', data: slow })
    let pages = 0
    const visits = browsers.map(async (browser, n) => {
      for (;;) {
        // Each goes on as long as it can, on a connection that is kept alive. Then the server takes no more requests.
        const page = await browser.get('/').catch(() => undefined)
        if (page === undefined) return
        answered[n] = visitsOf(page)
        pages += 1
      }
    })
    await until('pages under load', () => pages > 2 * BROWSERS)
    for (const signal of signals) {
      await sleep(20) // signals that are sent at once arrive as one
      server.child.kill(signal)
    }
    const end = await within('the end of the server', server.ended)
    await within('the end of all visits', Promise.all(visits))
    await failPoint({ mode: 'off' })

    assert.deepEqual(end, CLEAN, server.output())
    // A stored visit without an answer is a request that was cut off; an answer without a stored visit is a lost write.
    const documents = await sessions.find().toArray()
    const stored = documents.map(({ session }) => JSON.parse(session).visits)
    assert.deepEqual(stored.sort(), answered.sort())
  })
}

describe('without MongoDB', () => {
  for (const [how, away, back] of [
    ['was killed', (server) => server.kill(), (server) => server.restart()],
    ['stands still', (server) => server.kill('SIGSTOP'), (server) => server.kill('SIGCONT')],
  ]) {
    it(`ends with code 0 before the store gives up a request, if MongoDB ${how}`, async (t) => {
      const { server } = await start(t, 'gone')
      const browser = new Browser(server.origin)
      await browser.get('/')
      await away(mongo.current)
      t.after(() => back(mongo.current))
      const cutOff = browser.get('/').catch(({ cause }) => cause.code)
      // A request without a session needs no MongoDB. When it is answered, the one before it is under way.
      assert.equal((await new Browser(server.origin).get('/nothing')).status, 404)

      assert.deepEqual(await server.stop(), CLEAN, server.output())
      assert.equal(await within('the request to be cut off', cutOff), 'UND_ERR_SOCKET')
    })
  }
})
