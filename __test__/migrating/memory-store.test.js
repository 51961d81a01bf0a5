'use strict'

// Applications that come from stores in the memory or in files: what changes for them, and what does not.

const assert = require('node:assert/strict')
const { createRequire } = require('node:module')
const path = require('node:path')
const { before, describe, it } = require('node:test')
const session = require('express-session')
const MigratingStore = require('../../examples/migrating-store.js')
const { SETUPS, useApps } = require('../helpers/app.js')
const { Browser } = require('../helpers/browser.js')
const { call } = require('../helpers/genuine.js')
const { temporaryFolder } = require('../helpers/package-folder.js')
const { aSession, useStores } = require('../helpers/stores.js')
const { until } = require('../helpers/wait.js')
const { answer, installApplication, logIn, place, startApplication } = require('./helpers/applications.js')
const { application } = require('./helpers/page.js')

const CHAPTER = 'MemoryStore'
const [setup] = SETUPS
const stores = useStores()
const startApp = useApps()
/** Loads a package of the former applications. */
let load
let folder

before(async () => {
  folder = await installApplication('from-memory')
  load = createRequire(path.join(folder, 'package.json'))
})

/** A store in files, without messages. */
function fileStore(t, options) {
  const FileStore = load('session-file-store')(session)
  return new FileStore({ path: temporaryFolder(t), logFn() {}, reapInterval: -1, retries: 0, ...options })
}

describe('A restart', () => {
  /** Logs in, starts the application anew with another environment, and resolves with who is logged in then. */
  async function restart(t, text, env) {
    const { mongoUrl: url } = stores.place()
    const file = place(folder, application(CHAPTER, text))
    const first = await startApplication(t, { folder, file, url })
    const ann = new Browser(first.origin)
    await logIn(ann, 'ann')
    await first.stop()
    const second = await startApplication(t, { folder, file, url, env })
    const { user } = await answer(ann.clone(second.origin).get('/me'))
    await second.stop()
    return user
  }

  it('logs everybody out with the MemoryStore', async (t) => {
    assert.equal(await restart(t, 'new session.MemoryStore()'), null)
  })
  it('logs nobody out with this store', async (t) => {
    assert.equal(await restart(t, 'MongoStore.create'), 'ann')
  })
  it('logs everybody out when the secret of express-session is another one', async (t) => {
    assert.equal(await restart(t, 'MongoStore.create', { SESSION_SECRET: 'another' }), null)
  })
})

describe('Values of a session', () => {
  class Cart {
    items = ['a book']
    total() {
      return this.items.length
    }
  }
  const values = () => ({ at: new Date(0), cart: new Cart(), gone: undefined, map: new Map([['a', 1]]), number: NaN })

  /** What `get` gives after `set`, without the cookie. */
  async function returned(store) {
    await call(store, 'set', 'a', aSession(values()))
    const { cookie, ...data } = await call(store, 'get', 'a')
    assert.ok(cookie)
    return data
  }

  it('are JSON, as in the MemoryStore, memorystore and session-file-store', async (t) => {
    const expected = JSON.parse(JSON.stringify(values()))
    assert.deepEqual(expected, { at: '1970-01-01T00:00:00.000Z', cart: { items: ['a book'] }, map: {}, number: null })
    assert.deepEqual(await returned(stores.open(t).store), expected)
    assert.deepEqual(await returned(new session.MemoryStore()), expected)
    assert.deepEqual(await returned(new (load('memorystore')(session))({})), expected)
    const { __lastAccess, ...inFiles } = await returned(fileStore(t))
    assert.equal(typeof __lastAccess, 'number')
    assert.deepEqual(inFiles, expected)
  })

  it('keep their dates with stringify: false, and instances lose their methods all the same', async (t) => {
    const { at, cart, number } = await returned(stores.open(t, { stringify: false }).store)
    assert.deepEqual([at, cart, number], [new Date(0), { items: ['a book'] }, NaN])
  })
})

describe('The answer to a login', () => {
  const routes = (app) => {
    app.get('/user', (req, res) => res.json(req.session.user ?? null))
    app.post('/at-once', (req, res) => {
      req.session.user = 'ann'
      res.redirect('/user')
    })
    app.post('/saved', (req, res, next) => {
      req.session.user = 'ann'
      req.session.save((error) => (error ? next(error) : res.redirect('/user')))
    })
  }

  /** Two processes' worth of one application. The first one stores nothing before `open` is called. */
  async function twoProcesses(t) {
    let open
    const gate = new Promise((resolve) => (open = resolve))
    const first = await startApp(t, {
      setup,
      routes,
      store: { serialize: (stored) => gate.then(() => JSON.stringify(stored)), unserialize: JSON.parse },
    })
    const second = await startApp(t, {
      setup,
      routes,
      store: { dbName: first.collection.dbName, collectionName: first.collection.collectionName },
    })
    return { first, second, open }
  }

  /** Asks an application who is logged in by the cookie of an answer. The browser of the tests reads whole answers only. */
  function userOf(login, { origin }) {
    const headers = { cookie: login.headers.get('set-cookie').split(';')[0] }
    return async () => (await fetch(`${origin}/user`, { headers })).json()
  }

  it('can arrive before the session is stored, and another process does not know the user yet', async (t) => {
    const { first, second, open } = await twoProcesses(t)
    const login = await fetch(`${first.origin}/at-once`, { method: 'POST', redirect: 'manual' })
    const user = userOf(login, second)
    assert.equal(await user(), null)
    open()
    await until('the login to be stored', async () => (await user()) === 'ann')
  })

  it('arrives after the session is stored, with req.session.save', async (t) => {
    const { first, second, open } = await twoProcesses(t)
    let isStored = false
    first.store.once('set', () => (isStored = true))
    setTimeout(open, 100)
    const login = await fetch(`${first.origin}/saved`, { method: 'POST', redirect: 'manual' })
    assert.ok(isStored)
    assert.equal(await userOf(login, second)(), 'ann')
  })
})

describe('The settings of express-session', () => {
  /** The events of a store while somebody logs in and looks at a page. */
  async function eventsOf(t, settings) {
    const { store, browser, collection } = await startApp(t, { setup, session: settings })
    await answer(browser().get('/me'))
    const visitors = await collection.countDocuments()
    const ann = browser()
    await logIn(ann, 'ann')
    const events = []
    for (const name of ['set', 'touch']) store.on(name, () => events.push(name))
    await answer(ann.get('/me'))
    return { visitors, events }
  }

  it('store nothing for a visitor, and write an unchanged session only by a touch, when both are false', async (t) => {
    assert.deepEqual(await eventsOf(t, { resave: false, saveUninitialized: false }), { visitors: 0, events: ['touch'] })
  })
  it('store each visitor with saveUninitialized, and the whole session each time with resave', async (t) => {
    assert.deepEqual(await eventsOf(t, { resave: true, saveUninitialized: true }), { visitors: 1, events: ['set'] })
  })
})

describe('examples/migrating-store.js', () => {
  /** A store on its way from files, and both stores that it is made of. */
  async function onItsWay(t) {
    const former = fileStore(t)
    const { store, collection, mongoUrl, dbName } = stores.open(t)
    const migrating = new MigratingStore({ mongoUrl, dbName, collectionName: collection.collectionName, former })
    t.after(() => migrating.close())
    await call(former, 'set', 'a', aSession({ n: 1 }))
    return { former, store, migrating }
  }

  it('reads sessions of session-file-store, and puts the changed ones into MongoDB', async (t) => {
    const { migrating, store } = await onItsWay(t)
    const read = await call(migrating, 'get', 'a')
    assert.equal(read.n, 1)
    await call(migrating, 'touch', 'a', read)
    assert.equal(await store.get('a'), null)
    await call(migrating, 'set', 'a', aSession({ n: 2 }))
    assert.equal((await call(migrating, 'get', 'a')).n, 2)
    assert.equal((await store.get('a')).n, 2)
  })

  it('touches a session where it is', async (t) => {
    const { migrating, store, former } = await onItsWay(t)
    const accessOf = async () => (await call(former, 'get', 'a')).__lastAccess
    await call(former, 'set', 'a', { ...aSession(), __lastAccess: 0 })
    const written = await accessOf()
    await call(migrating, 'touch', 'a', aSession())
    assert.ok((await accessOf()) >= written)
    await store.set('a', aSession({ n: 3 }))
    const late = new Date(Date.now() + 7_200_000)
    await call(migrating, 'touch', 'a', { cookie: { expires: late } })
    assert.equal((await store.get('a')).cookie.expires, late.toISOString())
  })

  it('removes a session from both stores', async (t) => {
    const { migrating, store, former } = await onItsWay(t)
    await store.set('a', aSession({ n: 2 }))
    await call(migrating, 'destroy', 'a')
    assert.equal(await store.get('a'), null)
    await assert.rejects(call(former, 'get', 'a'), /ENOENT/)
  })

  it('removes a session that the former store never had', async (t) => {
    const { migrating, store } = await onItsWay(t)
    await call(migrating, 'set', 'b', aSession())
    await call(migrating, 'destroy', 'b')
    assert.equal(await store.get('b'), null)
  })
})
