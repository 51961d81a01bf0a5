'use strict'

// Applications with the genuine connect-redis, moved as the page says: a store that reads Redis while MongoDB has no session,
// a script that copies what is left, and then this store alone.

const assert = require('node:assert/strict')
const fs = require('node:fs')
const path = require('node:path')
const { beforeEach, describe, it } = require('node:test')
const { RedisStore } = require('connect-redis')
const { ROOT } = require('../helpers/child.js')
const { Browser } = require('../helpers/browser.js')
const { HOUR, aSession, useStores } = require('../helpers/stores.js')
const {
  APPLICATIONS,
  answer,
  installApplication,
  logIn,
  place,
  runToEnd,
  startApplication,
} = require('./helpers/applications.js')
const { application, ready } = require('./helpers/page.js')
const { WITHOUT_REDIS, useRedis } = require('./helpers/redis.js')

const MINUTE = 60_000 // ms
const SCRIPT = 'migrate-from-redis.mjs'
/** The commands of the page. */
const COUNT = 'node migrate-from-redis.mjs --dry-run'
const COPY = 'node migrate-from-redis.mjs'
const redis = useRedis()
const stores = useStores()
let folder

/** An example's source. */
const example = (name) => fs.readFileSync(path.join(ROOT, 'examples', name), 'utf8')

/** Installs the applications, and puts the programs of the page and of the examples beside them. */
async function prepare() {
  folder ??= await installApplication('from-connect-redis')
  fs.copyFileSync(path.join(APPLICATIONS, 'redis.js'), path.join(folder, 'redis.js'))
  place(folder, { file: SCRIPT, source: example(SCRIPT) })
  place(folder, { file: 'migrating-store.js', source: example('migrating-store.js') })
  const between = ready(example('redis-then-mongodb.mjs').replace("'connect-redis'", "'connect-redis-9'"))
  // The connection to Redis is the application's, and closing the store leaves it open.
  place(folder, { file: 'between.mjs', source: `${between.source}process.once('SIGTERM', () => redis.close())\n` })
  place(folder, { file: 'now.cjs', source: application('connect-redis', 'ttl: 86_400').source })
  await redis.client.flushAll()
}

/** Runs the script by a command, and resolves with what it counted. */
async function migrate(url, command = COPY, { env = {}, expectedCode = 0 } = {}) {
  const [, file, ...args] = command.split(' ')
  const output = await runToEnd({ folder, file, url, args, env: { REDIS_URL: redis.url, ...env }, expectedCode })
  const [, copied, kept, unreadable] =
    /^(\d+) sessions (?:would be )?copied, (\d+) kept .*, (\d+) could not be read$/m.exec(output)
  return { copied: Number(copied), kept: Number(kept), unreadable: Number(unreadable) }
}

describe('Applications with connect-redis', { skip: WITHOUT_REDIS, concurrency: false }, () => {
  beforeEach(prepare)

  for (const release of ['6', '7', '8', '9', '10']) {
    it(`move from release ${release} to MongoDB step by step, and nobody is logged out`, async (t) => {
      const { mongoUrl: url, db } = stores.place()
      const env = { REDIS_URL: redis.url, RELEASE: release }
      const start = (file) => startApplication(t, { folder, file, url, env })
      const sessions = db.collection('sessions')

      const old = await start('redis.js')
      const [ann, bob, eve] = [1, 2, 3].map(() => new Browser(old.origin))
      const annsId = await logIn(ann, 'ann')
      const bobsId = await logIn(bob, 'bob')
      await logIn(eve, 'eve')
      await answer(ann.post('/count'))
      await old.stop()

      const between = await start('between.mjs')
      assert.deepEqual(await answer(ann.clone(between.origin).get('/me')), { id: annsId, user: 'ann' })
      assert.equal(await sessions.countDocuments(), 0, 'an unchanged session stays where it is')
      assert.deepEqual(await answer(ann.clone(between.origin).post('/count')), { id: annsId, count: 2 })
      assert.equal(await sessions.countDocuments({ _id: annsId }), 1, 'a changed one goes to MongoDB')
      await answer(eve.clone(between.origin).post('/logout'))
      assert.equal((await answer(eve.clone(between.origin).get('/me'))).user, null)

      assert.deepEqual(await migrate(url, COUNT), { copied: 1, kept: 1, unreadable: 0 })
      assert.equal(await sessions.countDocuments(), 1)
      assert.deepEqual(await migrate(url), { copied: 1, kept: 1, unreadable: 0 })
      assert.deepEqual(
        await db
          .listCollections()
          .toArray()
          .then((all) => all.map(({ name }) => name)),
        ['sessions'],
      )
      await between.stop()

      const now = await start('now.cjs')
      assert.deepEqual(await answer(ann.clone(now.origin).post('/count')), { id: annsId, count: 3 })
      assert.deepEqual(await answer(bob.clone(now.origin).get('/me')), { id: bobsId, user: 'bob' })
      assert.equal((await answer(eve.clone(now.origin).get('/me'))).user, null)
      await now.stop()
    })
  }
})

describe('touchAfter as long as ttl', () => {
  it('leaves the expiry of an unchanged session alone, as disableTouch does', async (t) => {
    const { store, collection } = stores.open(t, { ttl: 3600, touchAfter: 3600 })
    await store.set('a', { cookie: {} })
    const before = await collection.findOne({ _id: 'a' })
    await store.touch('a', await store.get('a'))
    assert.deepEqual(await collection.findOne({ _id: 'a' }), before)
  })
})

describe('examples/migrate-from-redis.mjs', { skip: WITHOUT_REDIS, concurrency: false }, () => {
  beforeEach(prepare)

  /** A place in MongoDB, and a store of connect-redis with `options` that is filled with `sessions` by their ids. */
  async function filled(t, sessions, options = {}) {
    const former = new RedisStore({ client: redis.client, ...options })
    for (const [sid, session] of Object.entries(sessions)) await former.set(sid, session)
    const { mongoUrl, dbName, db } = stores.place()
    const { store } = stores.open(t, { mongoUrl, dbName, collectionName: 'sessions', ...options.ours })
    return { former, store, mongoUrl, collection: db.collection('sessions') }
  }

  it('keeps the time that is left in Redis, also of a session that was only touched since', async (t) => {
    const { former, store, mongoUrl, collection } = await filled(t, { a: aSession({ n: 1 }) })
    const late = Date.now() + 24 * HOUR
    await redis.client.set('sess:a', JSON.stringify({ cookie: { originalMaxAge: HOUR, expires: new Date(0) }, n: 2 }))
    await former.touch('a', { cookie: { expires: new Date(late) } })

    assert.equal((await migrate(mongoUrl)).copied, 1)
    const { expires } = await collection.findOne({ _id: 'a' })
    assert.ok(Math.abs(expires.getTime() - late) < MINUTE, `expires is ${expires.toISOString()}`)
    const { cookie, n } = await store.get('a')
    assert.deepEqual([n, cookie.originalMaxAge, cookie.expires], [2, HOUR, expires.toISOString()])
  })

  it('gives no date to a cookie that ends with the browser, and the time that is left to its document', async (t) => {
    const browserSession = { cookie: { originalMaxAge: null, expires: null, path: '/' }, n: 1 }
    const { store, mongoUrl, collection } = await filled(t, { a: browserSession }, { ttl: HOUR / 1000 })
    await migrate(mongoUrl)
    const { expires } = await collection.findOne({ _id: 'a' })
    assert.ok(Math.abs(expires.getTime() - Date.now() - HOUR) < MINUTE, `expires is ${expires.toISOString()}`)
    assert.deepEqual(await store.get('a'), browserSession)
  })

  it('can run again: it copies what was used in Redis since, and keeps what was used in MongoDB', async (t) => {
    const later = (hours) => ({ cookie: { originalMaxAge: HOUR, expires: new Date(Date.now() + hours * HOUR) } })
    const { former, store, mongoUrl } = await filled(t, { a: later(1), b: later(1), c: later(1) })
    assert.deepEqual(await migrate(mongoUrl), { copied: 3, kept: 0, unreadable: 0 })
    assert.deepEqual(await migrate(mongoUrl), { copied: 0, kept: 3, unreadable: 0 })

    await former.set('a', { ...later(2), used: 'in Redis' })
    await store.set('b', { ...later(2), used: 'in MongoDB' })
    assert.deepEqual(await migrate(mongoUrl), { copied: 1, kept: 2, unreadable: 0 })
    assert.deepEqual([(await store.get('a')).used, (await store.get('b')).used], ['in Redis', 'in MongoDB'])
  })

  it('copies more than one batch, from keys with a prefix of their own', async (t) => {
    const sessions = Object.fromEntries(Array.from({ length: 1200 }, (_, n) => [`s${n}`, aSession({ n })]))
    const { store, mongoUrl } = await filled(t, sessions, { prefix: 'app*[1]:' })
    await redis.client.set('app2[1]:x', JSON.stringify(aSession()))
    assert.deepEqual(await migrate(mongoUrl, `${COPY} --prefix app*[1]:`), { copied: 1200, kept: 0, unreadable: 0 })
    assert.equal(await store.length(), 1200)
    assert.equal((await store.get('s1199')).n, 1199)
  })

  it('encrypts with the options of the application, and counts what it cannot read', async (t) => {
    const SESSION_KEY = 'x'.repeat(44)
    const encryption = { keys: [{ id: '2026', secret: SESSION_KEY }] }
    const { store, mongoUrl, collection } = await filled(t, { a: aSession({ n: 1 }) }, { ours: { encryption } })
    await redis.client.set('sess:b', 'not JSON')
    await redis.client.set('sess:c', '{"no":"cookie"}')
    place(folder, { file: 'store-options.mjs', source: example('store-options.mjs') })

    const command = `${COPY} --options store-options.mjs`
    const counted = await migrate(mongoUrl, command, { env: { SESSION_KEY }, expectedCode: 1 })
    assert.deepEqual(counted, { copied: 1, kept: 0, unreadable: 2 })
    assert.match((await collection.findOne()).session, /^cmn1\.2026\./)
    assert.equal((await store.get('a')).n, 1)
  })

  it('hashes ids with the options of the application, and reads by its own parse', async (t) => {
    const options = { encryption: { keys: [{ id: 'a', secret: 'x'.repeat(44) }], hashIds: true } }
    const serializer = {
      stringify: (session) => `v1 ${JSON.stringify(session)}`,
      parse: (text) => JSON.parse(text.slice(3)),
    }
    const { store, mongoUrl, collection } = await filled(t, { a: aSession({ n: 1 }) }, { serializer, ours: options })
    const exported = JSON.stringify({ mongoUrl, ...options })
    place(folder, { file: 'own.mjs', source: `export default ${exported}\nexport const parse = ${serializer.parse}\n` })
    assert.deepEqual(await migrate(undefined, `${COPY} --options own.mjs`), { copied: 1, kept: 0, unreadable: 0 })
    assert.match((await collection.findOne())._id, /^cmnid1\./)
    assert.equal((await store.get('a')).n, 1)
    assert.deepEqual(await migrate(undefined, `${COPY} --options own.mjs`), { copied: 0, kept: 1, unreadable: 0 })
  })

  it('ends well where there are no sessions', async () => {
    const { mongoUrl } = stores.place()
    assert.deepEqual(await migrate(mongoUrl), { copied: 0, kept: 0, unreadable: 0 })
  })

  it('says that Redis cannot be reached, and ends', async () => {
    const env = { REDIS_URL: 'redis://127.0.0.1:1' }
    assert.match(await runToEnd({ folder, file: SCRIPT, env, expectedCode: 1 }), /ECONNREFUSED/)
  })
})
