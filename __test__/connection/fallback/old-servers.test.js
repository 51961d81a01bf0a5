'use strict'

// Servers older than MongoDB 4.4, which the addon's driver does not support. The store works through the application's
// own client, or through the installed mongodb package.

const assert = require('node:assert/strict')
const fs = require('node:fs')
const path = require('node:path')
const { test } = require('node:test')
const { needsAddon } = require('../../helpers/addon.js')
const { runProgram } = require('../../helpers/child.js')
const { DRIVERS, folderOf } = require('../../helpers/drivers.js')
const { alteredServer, oldServer } = require('../../helpers/altered-server.js')
const { packageFolder } = require('../../helpers/package-folder.js')
const { eachStyle, make } = require('../../helpers/stores.js')
const { useOwnServer, useServer } = require('../../helpers/server.js')
const { inTime, until } = require('../../helpers/wait.js')

const old = useOwnServer({ version: '4.2' })
const current = useServer()

let databases = 0
function place() {
  databases += 1
  const dbName = `old-${databases}`
  return { dbName, url: old.current.url(dbName) }
}

/** Runs a store through its typical operations, and returns their results. */
async function useStore(store) {
  const events = []
  for (const event of ['create', 'update', 'touch', 'destroy']) store.on(event, (sid) => events.push(`${event} ${sid}`))
  const cookie = { expires: new Date(Date.now() + 60_000) }
  // The test awaits nothing in between: the store keeps the operations of one session in order.
  const results = await Promise.all([
    store.set('a', { cookie, n: 1 }),
    store.set('a', { cookie, n: 2 }),
    store.get('a'),
    store.touch('a', { cookie }),
    store.set('b', { cookie }),
    store.destroy('b'),
    store.get('b'),
    store.length(),
    store.all(),
  ])
  const [, , session, , , , none, length, all] = results
  return { n: session.n, none: none ?? null, length, all: all.map(({ n }) => n), events: events.sort() }
}

const USED = {
  n: 2,
  none: null,
  length: 1,
  all: [2],
  events: ['create a', 'create b', 'destroy b', 'touch a', 'update a'],
}

/** Reads the documents and the index with a driver that is independent of the store. */
async function lookAt(t, url) {
  const client = await new DRIVERS[6].MongoClient(url).connect()
  t.after(() => client.close())
  const collection = client.db().collection('sessions')
  const [document] = await collection.find().toArray()
  // Operations don't wait for the index.
  const index = await until('the index', async () => (await collection.indexes()).find(({ key }) => key.expires))
  return { id: document._id, isDate: document.expires instanceof Date, ttl: index.expireAfterSeconds }
}

const SEEN = { id: 'a', isDate: true, ttl: 0 }

eachStyle(({ style }) => {
  test('a server that is too old is used through the client of the application', async (t) => {
    const { url } = place()
    const client = await new DRIVERS[3].MongoClient(url, { useUnifiedTopology: true }).connect()
    t.after(() => client.close())
    const store = make(style, { client })
    assert.deepEqual(await useStore(store), USED)
    assert.equal(store.client, client)
    assert.equal(await (await store.collectionP).countDocuments({}), 1)
    await store.close()
    assert.equal(await client.db().collection('sessions').countDocuments({}), 1)
    assert.deepEqual(await lookAt(t, url), SEEN)
  })

  test('a server that is too old is used through a client that is not connected yet', async (t) => {
    const { url } = place()
    const client = new DRIVERS[6].MongoClient(url)
    t.after(() => client.close())
    const store = make(style, { client })
    t.after(() => store.close())
    assert.deepEqual(await useStore(store), USED)
    assert.deepEqual(await lookAt(t, url), SEEN)
  })

  test('a server that is too old is used through a Db of version 2', async (t) => {
    const { url, dbName } = place()
    const db = await DRIVERS[2].MongoClient.connect(url)
    t.after(() => db.close())
    const store = make(style, { db, writeOperationOptions: { w: 1, j: true } })
    assert.deepEqual(await useStore(store), USED)
    assert.equal(store.db.databaseName, dbName)
    await store.close()
    assert.equal(await db.collection('sessions').count(), 1)
    assert.deepEqual(await lookAt(t, url), SEEN)
  })

  test('a server that is too old is used by a connection string through the mongodb package', async (t) => {
    const { url } = place()
    const store = make(style, { [style.ofUrl]: url })
    assert.deepEqual(await useStore(store), USED)
    assert.deepEqual(await lookAt(t, url), SEEN)
    const { client } = store
    assert.ok(client instanceof DRIVERS[6].MongoClient)
    await store.close()
    assert.equal(client.topology?.isConnected() ?? false, false, 'a client of the store is closed with it')
    await assert.rejects(store.get('a'), { name: 'MongoNotConnectedError' })
  })

  // Such a server confirms a write by itself (`w: 1`), unless it is told otherwise.
  for (const [where, options, query] of [
    ['writeOperationOptions', { writeOperationOptions: { w: 'majority' } }, ''],
    ['the connection string', {}, '?w=majority'],
  ]) {
    test(`a majority that ${where} asks for is in every write to a server that is too old`, async (t) => {
      const { url, dbName } = place()
      const client = await new DRIVERS[6].MongoClient(`${url}${query}`, { monitorCommands: true }).connect()
      t.after(() => client.close())
      const writes = []
      client.on('commandStarted', ({ commandName, command }) => {
        if (['update', 'delete'].includes(commandName)) writes.push({ [commandName]: command.writeConcern?.w })
      })
      const store = make(style, { client, dbName, autoRemove: 'disabled', ...options })
      t.after(() => store.close())
      const cookie = { expires: new Date(Date.now() + 60_000) }
      await store.set('s', { cookie })
      await store.set('s', await store.get('s'))
      await store.touch('s', { cookie })
      await store.destroy('s')
      await store.set('t', { cookie })
      await store.clear()
      assert.deepEqual(
        writes,
        ['update', 'update', 'update', 'delete', 'update', 'delete'].map((name) => ({ [name]: 'majority' })),
      )
    })
  }

  test('close waits for operations that were called before the server was found to be too old', async (t) => {
    // A store that has heard of no server waits no longer.
    const { url, dbName, written } = await inTime(2000, async () => {
      const where = place()
      const store = make(style, { [style.ofUrl]: where.url })
      const writes = ['a', 'b'].map((sid) => store.set(sid, { cookie: {} }))
      for (const write of writes) write.catch(() => {})
      await store.close()
      return { ...where, written: writes }
    })
    await Promise.all(written)
    const client = await new DRIVERS[6].MongoClient(url).connect()
    t.after(() => client.close())
    assert.equal(await client.db(dbName).collection('sessions').countDocuments(), 2)
  })

  test('operations that were called before the server was found to be too old are carried out', async (t) => {
    const { client } = current
    const host = await oldServer(t, client.options.hosts[0].toString())
    const dbName = current.freshDb()
    const store = make(style, { [style.ofUrl]: `mongodb://${host}/${dbName}` })
    t.after(() => store.close())
    const many = Array.from({ length: 200 }, (_, n) =>
      Promise.all([
        store.set(`sid-${n}`, { cookie: {}, n }),
        store.get(`sid-${n}`),
        store.set(`sid-${n}`, { cookie: {}, n: -n }),
      ]),
    )
    for (const [n, [, session]] of (await Promise.all(many)).entries()) assert.equal(session.n, n)
    const stored = await client.db(dbName).collection('sessions').find().toArray()
    assert.equal(stored.length, 200)
    for (const { _id, session } of stored) assert.equal(`sid-${-JSON.parse(session).n}`, _id)
  })

  test("the time until the server has said that it is too old is a part of an operation's time limit", async (t) => {
    const host = await oldServer(t, current.client.options.hosts[0].toString(), { delay: 800 })
    // A limit that began again when the server has answered would take 2000 ms.
    await inTime(1800, async () => {
      const store = make(style, { [style.ofUrl]: `mongodb://${host}/?timeoutMS=1200` })
      t.after(() => store.close())
      const since = performance.now()
      await assert.rejects(store.get('s'), {
        name: 'MongoOperationTimeoutError',
        message: `timed out after 1200 ms: ${host} did not answer`,
      })
      const took = performance.now() - since
      assert.ok(took > 1100, `${took} ms`)
    })
  })
})

for (const version of [2, 3]) {
  test(`the mongodb package of the application is preferred, and may be of version ${version}`, async (t) => {
    const { url } = place()
    const cwd = packageFolder(t, ['bson', 'express-session'])
    fs.symlinkSync(folderOf(version), path.join(cwd, 'node_modules', 'mongodb'), 'junction')
    const { code, lines, stderr } = await runProgram(
      async ({ mongoUrl }) => {
        const store = require('connect-mongo-native').create({ mongoUrl })
        await store.set('a', { cookie: {}, n: 1 })
        const { n } = await store.get('a')
        const collection = await store.collectionP
        const manifest = require('mongodb/package.json')
        const isTheirs = (store.client ?? store.db) instanceof require('mongodb')[store.client ? 'MongoClient' : 'Db']
        console.log(JSON.stringify([n, await collection.count({}), Number.parseInt(manifest.version, 10), isTheirs]))
        await store.close()
      },
      { mongoUrl: url },
      { cwd, env: { NODE_NO_WARNINGS: '1' } },
    )
    assert.equal(code, 0, stderr)
    assert.deepEqual(JSON.parse(lines.at(-1)), [1, 1, version, true])
  })
}

const warned = needsAddon('no addon finds the server too old')
test('a warning says once for each target that the server is too old, with the reason', warned, async () => {
  const { url } = place()
  const { code, lines, stderr } = await runProgram(
    async ({ mongoUrl }) => {
      process.on('warning', ({ code: warningCode, message }) => console.log(JSON.stringify([warningCode, message])))
      const MongoStore = require('connect-mongo-native')
      for (let n = 0; n < 3; n += 1) {
        const store = MongoStore.create({ mongoUrl })
        await store.set('a', { cookie: {} })
        await store.close()
      }
    },
    { mongoUrl: url },
  )
  assert.equal(code, 0, stderr)
  assert.equal(lines.length, 1, lines.join('\n'))
  const [code0, message] = JSON.parse(lines[0])
  assert.equal(code0, 'MONGO_STORE_TRANSPORT')
  assert.match(message, /mongodb package.*wire version 8.*MongoDB 4\.4/)
})

test('without a mongodb package of the application, a server that is too old is used through our own', async (t) => {
  const { url } = place()
  const { code, lines, stderr } = await runProgram(
    async ({ mongoUrl }) => {
      const store = require('connect-mongo-native').create({ mongoUrl })
      await store.set('a', { cookie: {}, n: 1 })
      console.log((await store.get('a')).n)
      await store.close()
    },
    { mongoUrl: url },
    { cwd: packageFolder(t, []), env: { NODE_NO_WARNINGS: '1' } },
  )
  assert.deepEqual({ code, lines, stderr }, { code: 0, lines: ['1'], stderr: '' })
})

for (const [server, wireVersion, release] of [
  ['MongoDB 4.0', 7, 5],
  ['MongoDB 3.6', 6, 5],
  ['MongoDB 3.4', 5, 3],
  ['MongoDB 2.6', 2, 3],
]) {
  test(`for ${server} the error names the release of mongodb to install`, async (t) => {
    // Newer servers do not take the messages of mongodb 3.
    const host = await alteredServer(t, new URL(old.current.uri).host, (hello) => ({
      ...hello,
      minWireVersion: 0,
      maxWireVersion: wireVersion,
    }))
    const url = `mongodb://${host}/${place().dbName}?serverSelectionTimeoutMS=5000`
    const { code, lines, stderr } = await runProgram(
      async ({ mongoUrl }) => {
        const store = require('connect-mongo-native').create({ mongoUrl })
        for (let n = 0; n < 2; n += 1)
          await store.set('a', { cookie: {} }).catch(({ name, message }) => console.log(name, message))
        await store.collectionP.catch(({ name, message }) => console.log(name, message))
        await store.close()
      },
      { mongoUrl: url },
      { cwd: packageFolder(t, []), env: { NODE_NO_WARNINGS: '1' } },
    )
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
    assert.equal(lines.length, 3)
    const error = new RegExp(
      `^MongoCompatibilityError .* wire version ${wireVersion}, .*: npm install mongodb@${release}$`,
    )
    for (const line of lines) assert.match(line, error)

    // The release that the message names, as far as it is here.
    if (!(release in DRIVERS)) return
    const cwd = packageFolder(t, [])
    fs.symlinkSync(folderOf(release), path.join(cwd, 'node_modules', 'mongodb'), 'junction')
    const mended = await runProgram(
      async ({ mongoUrl }) => {
        const store = require('connect-mongo-native').create({ mongoUrl })
        await store.set('a', { cookie: {}, n: 1 })
        console.log((await store.get('a')).n)
        await store.close()
      },
      { mongoUrl: url },
      { cwd, env: { NODE_NO_WARNINGS: '1' } },
    )
    assert.deepEqual({ code: mended.code, lines: mended.lines }, { code: 0, lines: ['1'] }, mended.stderr)
  })
}
