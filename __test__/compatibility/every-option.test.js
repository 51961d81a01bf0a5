'use strict'

// Every option of every release, given to a genuine store and to ours in the same style. An application goes from the
// genuine package to this one and back: each reads, touches and saves what the other has written, over HTTP.

const assert = require('node:assert/strict')
const { once } = require('node:events')
const { createServer } = require('node:http')
const { after, before, describe, it } = require('node:test')
const express = require('express')
const session = require('express-session')
const { Browser } = require('../helpers/browser.js')
const { untilConnected } = require('./harness.js')
const { INCOMPARABLE, PRECEDENCE, TOGETHER, VALUES } = require('./every-option.js')
const { GENERATIONS } = require('./packages.js')
const { WAYS } = require('./start.js')
const { serverFor } = require('./suite.js')

const RELEASES = [6, 5, 4, 3, 1, 0]

/** The oldest driver decides on the server. */
let server
let missing
let http
let app

before(async () => {
  server = await serverFor(0)
  missing = server.missing
  http = createServer((req, res) => app(req, res)).listen(0, '127.0.0.1')
  await once(http, 'listening')
})

after(async () => {
  http.close()
  await server.close?.()
})

/** An application as tutorials have it, on a store. */
function appOn(store) {
  const made = express()
  made.use(
    session({
      secret: 'of the cookies',
      resave: false,
      saveUninitialized: false,
      cookie: { maxAge: 3_600_000 },
      store,
    }),
  )
  made.get('/count', (req, res) => {
    req.session.count = (req.session.count ?? 0) + 1
    res.json(req.session.count)
  })
  made.get('/read', (req, res) => res.json(req.session.count ?? null))
  made.use((error, _req, res, _next) => {
    if (!res.headersSent) res.status(500).json(String(error?.message ?? error))
  })
  return made
}

/** Makes a store of one side, as an application would. */
function storeOf(release, side, options) {
  const { [side]: load } = GENERATIONS[release]
  const Store = load()
  return new Store({ ...options })
}

/** Requests `paths` of an application on a store, one after the other, and gives what they answer. */
async function visit(browser, store, ...paths) {
  await untilConnected(store)
  app = appOn(store)
  const answers = []
  for (const path of paths) {
    const { body } = await browser.get(path)
    answers.push(body)
  }
  await store.close?.()
  return answers
}

/** The collections of the databases, and the ids, fields and types in them, without what no release promises. */
async function stored(databases) {
  const found = {}
  for (const database of databases) {
    const db = server.db(database)
    for (const { name } of await db.listCollections().toArray()) {
      const documents = await db.collection(name).find().toArray()
      found[`${databases.indexOf(database)}.${name}`] = documents.map(({ _id, ...fields }) => ({
        _id,
        fields: Object.entries(fields)
          .map(([field, value]) => `${field}: ${value?.constructor?.name}`)
          .sort(),
      }))
    }
  }
  return found
}

const optionsOf = (names, database) =>
  Object.fromEntries(names.map((name) => [name, name === 'dbName' ? VALUES.dbName(database) : VALUES[name]]))

async function goesThereAndBack(release, names) {
  const { urlOption } = GENERATIONS[release]
  const database = server.freshDb()
  const databases = [database, VALUES.dbName(database)]
  for (const name of databases) server.db(name)
  const options = { ...optionsOf(names, database), [urlOption]: server.url(database) }
  const browser = new Browser(`http://127.0.0.1:${http.address().port}`)

  assert.deepEqual(
    await visit(browser, storeOf(release, 'genuine', options), '/count'),
    [1],
    'the genuine store writes',
  )
  const wanted = await stored(databases)
  assert.deepEqual(
    await visit(browser, storeOf(release, 'ours', options), '/read', '/count'),
    [1, 2],
    'ours reads and saves',
  )
  assert.deepEqual(await stored(databases), wanted, 'ours stores it where and as the genuine store does')
  assert.deepEqual(await visit(browser, storeOf(release, 'genuine', options), '/read'), [2], 'the genuine store reads')
}

const CASES = { ...Object.fromEntries(Object.keys(VALUES).map((name) => [name, [name]])), ...TOGETHER }

for (const release of RELEASES) {
  describe(`a session goes from connect-mongo ${release} to this store and back, with the same`, () => {
    for (const [name, names] of Object.entries(CASES)) {
      if (INCOMPARABLE.some((entry) => entry.option === name && entry.in.includes(release))) continue
      it(name, async (t) => (missing ? t.skip(missing) : goesThereAndBack(release, names)))
    }
  })
}

it('every option without a comparison is one that is tried', () => {
  for (const { option } of INCOMPARABLE) assert(option in CASES, option)
})

/** A way to connect to a database: the options, and what closes what was opened for them. */
async function connectionBy(option, release, database) {
  if (option.endsWith('rl')) return { options: { [option]: server.url(database) }, close: () => {} }
  const ways = WAYS[option.startsWith('db') ? 1 : release]
  const generation = option.startsWith('db') ? 1 : release
  return (ways[option] ?? ways[`${option}, connected`])(generation, server.url(database))
}

for (const [release, pairs] of Object.entries(PRECEDENCE)) {
  describe(`of two connections, the one that counts in connect-mongo ${release} counts here`, () => {
    for (const [winner, loser] of pairs) {
      it(`${winner} before ${loser}`, async (t) => {
        if (missing) return t.skip(missing)
        for (const side of ['genuine', 'ours']) {
          const [wanted, other] = [server.freshDb(), server.freshDb()]
          const ways = [
            await connectionBy(winner, Number(release), wanted),
            await connectionBy(loser, Number(release), other),
          ]
          const browser = new Browser(`http://127.0.0.1:${http.address().port}`)
          try {
            const store = storeOf(release, side, Object.assign({}, ...ways.map(({ options }) => options)))
            assert.deepEqual(await visit(browser, store, '/count'), [1])
          } finally {
            for (const way of ways) await way.close()
          }
          assert.equal(await server.db(wanted).collection('sessions').countDocuments(), 1, `${side}: ${winner}`)
          assert.equal(await server.db(other).collection('sessions').countDocuments(), 0, `${side}: ${loser}`)
        }
      })
    }
  })
}
