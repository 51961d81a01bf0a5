'use strict'

// The server of examples/behind-a-proxy.js behind a proxy that ends TLS, and what is seen where one of its settings is missing.

const assert = require('node:assert/strict')
const { once } = require('node:events')
const { after, before, describe, it } = require('node:test')
const express = require('express')
const session = require('express-session')
const MongoStore = require('connect-mongo-native')
const { startExample } = require('../helpers/example-process.js')
const { useOwnServer } = require('../helpers/server.js')
const { makeCertificates } = require('../helpers/tls.js')
const { startTlsProxy } = require('../helpers/tls-proxy.js')
const { sleep } = require('../helpers/wait.js')

const LOGIN = { method: 'POST' }

const mongo = useOwnServer()
let certificates
before(() => {
  certificates = makeCertificates()
})
after(() => certificates?.remove())

it('a login through the proxy sets a cookie that only HTTPS carries, and the page after it knows the user', async (t) => {
  const { origin } = await startExample(t, ['examples/behind-a-proxy.js'], {
    env: { MONGO_URL: mongo.current.url('proxy') },
  })
  const proxy = await startTlsProxy(t, { certificates, target: origin })
  assert.equal(await (await proxy.request('/')).text(), 'Hello stranger\n')
  const login = await proxy.request('/login', LOGIN)
  assert.match(login.setCookie, /; HttpOnly; Secure; SameSite=Lax$/)
  assert.equal(login.location, '/')
  assert.equal(await (await proxy.request('/', login)).text(), 'Hello Ada\n')
})

/** A store that writes sessions only when `storing` has resolved. */
class SlowStore extends MongoStore {
  #storing

  constructor(options, storing) {
    super(options)
    this.#storing = storing
  }

  async set(...args) {
    await this.#storing
    return super.set(...args)
  }
}

/** The example with other settings: an application behind a proxy, with a store of its own. */
async function start(t, { trustProxy, tells, saves = true, storing, cookie = { secure: true }, ...options }) {
  const store = new SlowStore({ mongoUrl: mongo.current.url('settings') }, storing)
  const app = express()
  if (trustProxy) app.set('trust proxy', trustProxy)
  app.use(session({ secret: 'a secret', resave: false, saveUninitialized: false, cookie, store, ...options }))
  app.get('/', (req, res) => res.send(`Hello ${req.session.user ?? 'stranger'}`))
  app.post('/login', (req, res, next) => {
    req.session.user = 'Ada'
    if (!saves) return res.redirect('/')
    req.session.save((error) => (error ? next(error) : res.redirect('/')))
  })
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(async () => {
    server.closeAllConnections()
    server.close()
    await store.close()
  })
  return startTlsProxy(t, { certificates, tells, target: `http://127.0.0.1:${server.address().port}` })
}

describe('no cookie is set', () => {
  for (const [why, settings] of [
    ['without `trust proxy`', {}],
    ['if the proxy does not send X-Forwarded-Proto', { trustProxy: 1, tells: false }],
  ]) {
    it(why, async (t) => {
      const proxy = await start(t, settings)
      const login = await proxy.request('/login', LOGIN)
      assert.deepEqual([login.status, login.setCookie], [302, undefined])
    })
  }

  for (const [how, settings] of [
    ['`trust proxy`', { trustProxy: 1 }],
    ['`proxy: true` of express-session', { proxy: true }],
  ]) {
    it(`but it is with ${how}`, async (t) => {
      const proxy = await start(t, settings)
      const login = await proxy.request('/login', LOGIN)
      assert.match(login.setCookie, /; Secure/)
      assert.equal(await (await proxy.request('/', login)).text(), 'Hello Ada')
    })
  }
})

describe('SameSite=None', () => {
  /** Whether a browser keeps a cookie: https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis, 5.7, step 16. */
  const isKept = (setCookie) => !/; SameSite=None/.test(setCookie) || /; Secure/.test(setCookie)

  it("with `secure: 'auto'` and without `trust proxy` makes a cookie that browsers refuse", async (t) => {
    const proxy = await start(t, { cookie: { secure: 'auto', sameSite: 'none' } })
    const { setCookie } = await proxy.request('/login', LOGIN)
    assert.equal(isKept(setCookie), false, setCookie)
  })

  it('with `trust proxy` makes one that they keep', async (t) => {
    const proxy = await start(t, { trustProxy: 1, cookie: { secure: 'auto', sameSite: 'none' } })
    const { setCookie } = await proxy.request('/login', LOGIN)
    assert.equal(isKept(setCookie), true, setCookie)
  })
})

describe('a redirect after the login, to another server', () => {
  /** What the page says to which the browser is sent, while the session is stored as slowly as `storing` resolves. */
  async function follow(t, settings) {
    const [first, second] = await Promise.all([settings, {}].map((each) => start(t, { trustProxy: 1, ...each })))
    const login = await first.request('/login', LOGIN)
    return (await second.request('/', login)).text()
  }

  it('arrives before the session is stored', async (t) => {
    let store
    const storing = new Promise((resolve) => {
      store = resolve
    })
    assert.equal(await follow(t, { saves: false, storing }), 'Hello stranger')
    store()
  })

  it('finds the session if `session.save` was waited for', async (t) => {
    assert.equal(await follow(t, { saves: true, storing: sleep(500) }), 'Hello Ada')
  })
})
