'use strict'

// `npm run demo` as a process, used over HTTP. Its pages show what MongoDB holds, and it leaves nothing running.

const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const { once } = require('node:events')
const path = require('node:path')
const { after, before, describe, it } = require('node:test')
const { MongoClient } = require('mongodb')
const { Browser } = require('../helpers/browser.js')
const { ROOT } = require('../helpers/child.js')

const NAME = 'Ada <& "Co">'
const START_TIMEOUT = 60_000 // ms

/** Starts the demo with these environment variables. */
function startDemo(env) {
  const child = spawn(process.execPath, [path.join(ROOT, 'scripts', 'demo.mjs')], {
    env: { ...process.env, MONGO_URL: '', PORT: '0', HOST: '', npm_lifecycle_event: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  process.once('exit', () => child.kill('SIGKILL'))
  const ended = once(child, 'close')
  const demo = { output: '', stop: () => child.kill('SIGTERM'), ended }
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      demo.output += text
      child.emit('output')
    })
  }
  /** Resolves with the addresses of the demo and of its MongoDB, read from the output. */
  demo.ready = async () => {
    const timeout = AbortSignal.timeout(START_TIMEOUT)
    for (;;) {
      const [, address, host] = /The demo is at (\S+)\s+Sessions are in MongoDB at (\S+)/.exec(demo.output) ?? []
      if (host) return { address, host }
      assert.equal(child.exitCode, null, demo.output)
      await once(child, 'output', { signal: timeout })
    }
  }
  return demo
}

describe('npm run demo, with a MongoDB of its own', () => {
  let demo
  let address
  let host
  let client
  let sessions

  before(async () => {
    demo = startDemo()
    ;({ address, host } = await demo.ready())
    client = new MongoClient(`mongodb://${host}`)
    sessions = client.db('connect_mongo_native_demo').collection('demo_sessions')
  })
  after(async () => {
    await client?.close()
    demo.stop()
    await demo.ended
  })

  /** A logged-in browser, and the id of its session. */
  async function logIn(browser = new Browser(address)) {
    const answer = await browser.post('/login', { name: NAME })
    assert.equal(answer.status, 303)
    return { browser, answer, id: (await browser.get('/session')).body._id }
  }

  it('asks a visitor for a name and sets no cookie', async () => {
    const browser = new Browser(address)
    const page = await browser.get('/')
    assert.equal(page.status, 200)
    assert.match(page.body, /name="name"/)
    assert.deepEqual(page.setCookie, [])
  })

  it('refuses an empty name', async () => {
    assert.equal((await new Browser(address).post('/login', { name: ' ' })).status, 400)
  })

  it('sets a cookie at log-in that is HttpOnly and SameSite=Lax', async () => {
    const { answer } = await logIn()
    assert.match(answer.setCookie[0], /HttpOnly/i)
    assert.match(answer.setCookie[0], /SameSite=Lax/i)
  })

  it('counts visits, and shows the stored document with the name escaped', async () => {
    const { browser, id } = await logIn()
    for (const visits of ['1', '2', '3']) {
      const { body } = await browser.get('/')
      assert.equal(/<dd class="number">(\d+)<\/dd>/.exec(body)?.[1], visits)
    }
    const { body } = await browser.get('/')
    assert.ok(body.includes(id))
    assert.ok(body.includes('Ada &lt;&amp; &quot;Co&quot;&gt;'))
    assert.ok(!body.includes(NAME))

    const { session, expires } = await sessions.findOne({ _id: id })
    assert.deepEqual([session.name, session.visits], [NAME, 4])
    assert.ok(expires > new Date())
  })

  it('touches an unchanged session only after touchAfter', async () => {
    const { browser, id } = await logIn()
    const document = () => sessions.findOne({ _id: id })
    const stored = await document()
    await browser.get('/session')
    assert.deepEqual(await document(), stored)

    const earlier = new Date(stored.lastModified.getTime() - 61_000) // touchAfter is 60 s
    await sessions.updateOne({ _id: id }, { $set: { lastModified: earlier } })
    await browser.get('/session')
    const touched = await document()
    assert.ok(touched.expires > stored.expires)
    assert.equal(touched.session.visits, stored.session.visits)
  })

  it('gives a new session id at each log-in, and removes the old document', async () => {
    const first = await logIn()
    const second = await logIn(first.browser)
    assert.notEqual(second.id, first.id)
    assert.equal(await sessions.findOne({ _id: first.id }), null)
  })

  it('removes the document at log-out', async () => {
    const { browser, id } = await logIn()
    assert.equal((await browser.post('/logout')).status, 303)
    assert.equal(await sessions.findOne({ _id: id }), null)
    assert.match((await browser.get('/')).body, /name="name"/)
  })

  it('stops its server and its MongoDB on SIGTERM, and exits with code 0', async () => {
    demo.stop()
    const [code, signal] = await demo.ended
    assert.deepEqual([code, signal], [0, null], demo.output)
    assert.doesNotMatch(demo.output, /did not close/)
    await assert.rejects(fetch(address))
    const late = new MongoClient(`mongodb://${host}/?serverSelectionTimeoutMS=2000`)
    await assert.rejects(late.db('admin').command({ ping: 1 }))
    await late.close()
  })
})

it('npm run demo names the host that it can not reach, without the credentials of MONGO_URL', async () => {
  const demo = startDemo({ MONGO_URL: 'mongodb://ada:squirrel@127.0.0.1:1/app' })
  const [code] = await demo.ended
  assert.equal(code, 1)
  assert.match(demo.output, /MongoDB at 127\.0\.0\.1:1 can't be used/)
  assert.doesNotMatch(demo.output, /squirrel|ada:/)
})

it('npm run demo refuses a PORT that is not a port', async () => {
  const demo = startDemo({ PORT: '99999' })
  assert.equal((await demo.ended)[0], 1)
  assert.match(demo.output, /PORT must be a number from 0 to 65535, not "99999"/)
})
