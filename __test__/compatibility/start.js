'use strict'

// Tests the start of a store: its events and state, calls before it is connected, and each way to pass a connection.

const assert = require('node:assert/strict')
const { createRequire } = require('node:module')
const { compare, record, untilConnected } = require('./harness.js')
const { makeStore } = require('./packages.js')
const { person } = require('./plays.js')

/** The driver that a release of connect-mongo uses. */
const driverOf = (generation) => createRequire(require.resolve(`connect-mongo-${generation}`))('mongodb')

/** Records events and states from the constructor on. */
async function ofTheStart({ store, note }) {
  note('state after the constructor', store.state)
  note('events of the constructor', store.journal)
  await untilConnected(store)
  note('state when connected', store.state)
  note('all events', store.journal)
  note('the public promise', typeof store.collectionP?.then)
}

/** Makes calls that wait for the connection. Each has its own session: calls for one session have no fixed order. */
async function early({ start, note }) {
  const calls = [start('set', 'a', person(1)), start('get', 'b'), start('destroy', 'c')]
  note('answers', await Promise.all(calls.map(({ values }) => values)))
  // All events are in the log of the last call.
  const happened = calls
    .flatMap(({ log }) => log.splice(0))
    .filter(([kind]) => kind === 'event')
    .map(([, name]) => name)
  note('events', happened.filter((name) => name !== 'connected').sort())
}

/** Makes a round of calls to check that a connection works. */
async function round({ call, documents }) {
  await call('set', 'a', person(1))
  await documents()
  await call('get', 'a')
  await call('destroy', 'a')
}

/**
 * By release: the ways to pass a connection. Each returns the options and a function that tells whether the passed
 * client is still open.
 */
const WAYS = {
  6: { client: lentClient, 'client, connected': connectedClient, clientPromise: promisedClient },
  5: { client: lentClient, clientPromise: promisedClient },
  3: { 'client, connected': connectedClient, clientPromise: promisedClient },
  1: { db: lentDb, dbPromise: promisedDb },
}

const isOpen = (client) => (client.isConnected ? client.isConnected() : Boolean(client.topology?.isConnected()))

function clientOf(generation, url) {
  const { MongoClient } = driverOf(generation)
  return new MongoClient(url, generation === 3 ? { useUnifiedTopology: true, useNewUrlParser: true } : {})
}

function lentClient(generation, url) {
  const client = clientOf(generation, url)
  return {
    options: { client },
    isOpen: () => isOpen(client),
    close: () => client.close(),
    connect: () => client.connect(),
  }
}

async function connectedClient(generation, url) {
  const lent = lentClient(generation, url)
  await lent.connect()
  return lent
}

async function promisedClient(generation, url) {
  const lent = await connectedClient(generation, url)
  return { ...lent, options: { clientPromise: Promise.resolve(lent.options.client) } }
}

async function lentDb(generation, url) {
  const db = await driverOf(generation).MongoClient.connect(url)
  return { options: { db }, isOpen: () => db.serverConfig.isConnected(), close: () => db.close() }
}

async function promisedDb(generation, url) {
  const lent = await lentDb(generation, url)
  return { ...lent, options: { dbPromise: Promise.resolve(lent.options.db) } }
}

async function wayTests(t, { generation, server, known }) {
  for (const [name, lend] of Object.entries(WAYS[generation])) {
    await t.test(`connection: ${name}`, () => lends({ generation, server, known, name, lend }))
  }
}

async function lends({ generation, server, known, name, lend }) {
  const open = {}
  const transcripts = []
  for (const side of ['genuine', 'ours']) {
    const db = server.freshDb()
    const lent = await lend(generation, server.url(db))
    const store = makeStore(generation, side, undefined, lent.options)
    try {
      await untilConnected(store)
      transcripts.push(await record(store, round, { collection: server.db(db).collection('sessions') }))
      await store.close()
      // A client that was never connected need not be closed.
      if (name === 'client') await lent.connect()
      open[side] = lent.isOpen()
    } finally {
      await lent.close()
    }
  }
  compare(...transcripts, (entry, ours) => known.expected(entry, { options: name, play: 'round' }, ours))
  // Known difference: our store leaves a client that the application passed open; the application closes it.
  if (name !== 'client') assert.deepEqual(open, { genuine: false, ours: true })
}

async function startTests(t, { generation, server, known }) {
  for (const [name, play] of Object.entries({ 'the start': ofTheStart, 'calls before the connection': early })) {
    await t.test(name, async () => {
      const transcripts = []
      for (const side of ['genuine', 'ours']) {
        const store = makeStore(generation, side, server.url(server.freshDb()))
        transcripts.push(await record(store, play, {}))
        await store.close()
      }
      compare(...transcripts, (entry, ours) => known.expected(entry, { options: 'start', play: name }, ours))
    })
  }
}

module.exports = { WAYS, startTests, wayTests }
