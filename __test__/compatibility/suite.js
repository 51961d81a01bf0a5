'use strict'

// The tests of one generation run every play with every set of options. The genuine store and ours use separate
// databases on one server.

const { test } = require('node:test')
const { testServer } = require('../helpers/server.js')
const { compare, record, untilConnected } = require('./harness.js')
const { Known } = require('./known/index.js')
const { OPTIONS } = require('./options.js')
const { GENERATIONS, makeStore } = require('./packages.js')
const { PLAYS, playsFor } = require('./plays.js')

/**
 * Provides the server for a generation.
 * @returns the same as testServer, or `{ missing }` with the reason why this platform has none
 */
async function serverFor(generation) {
  const { server: version } = GENERATIONS[generation]
  if (!version) return testServer()
  const { findMongod, startServer } = await import('../../scripts/mongod.mjs')
  try {
    await findMongod({ version })
  } catch (error) {
    return { missing: `no mongod ${version} for the driver of connect-mongo ${generation}: ${error.message}` }
  }
  // Expired sessions stay, so that both stores find the same documents.
  const own = await startServer({ version, args: ['--setParameter', 'ttlMonitorEnabled=false'] })
  process.env.TEST_MONGO_URL = own.uri
  const server = await testServer()
  return {
    ...server,
    async close() {
      await server.close()
      await own.stop()
    },
  }
}

/** Creates a genuine store and ours with the same options, each with a test handle on its collection. */
function pairOf(generation, server, { options = {}, database = (name) => name } = {}) {
  return Object.fromEntries(
    ['genuine', 'ours'].map((side) => {
      const name = server.freshDb()
      const given = typeof options === 'function' ? options(name) : options
      const store = makeStore(generation, side, server.url(name), given)
      const collection = server.db(database(name)).collection(given.collectionName ?? 'sessions')
      return [side, { store, collection, ttl: given.ttl }]
    }),
  )
}

async function closeAll(pair) {
  await Promise.all([pair.genuine.store.close(), pair.ours.store.close()])
}

/** Runs a play on both stores of a pair, with empty collections, and compares the transcripts. */
async function playOn(pair, play, expected) {
  const transcripts = []
  for (const { store, ...world } of [pair.genuine, pair.ours]) {
    await world.collection.deleteMany({})
    transcripts.push(await record(store, play, world))
  }
  compare(...transcripts, expected)
}

/** Defines all tests of one generation. */
function suite(generation, more = []) {
  test(`connect-mongo ${generation}`, async (t) => {
    const server = await serverFor(generation)
    if (server.missing) return t.skip(server.missing)
    const known = new Known(generation)
    try {
      for (const set of OPTIONS) {
        if (set.since > generation) {
          await t.test(set.name, { skip: `an option of connect-mongo ${set.since}` })
          continue
        }
        await t.test(set.name, async (group) => {
          const pair = pairOf(generation, server, set)
          try {
            // Other tests cover what happens before the connection.
            for (const { store } of [pair.genuine, pair.ours]) await untilConnected(store)
            for (const name of playsFor(set)) {
              await group.test(name, () =>
                playOn(pair, PLAYS[name], (entry, ours) =>
                  known.expected(entry, { options: set.name, play: name }, ours),
                ),
              )
            }
          } finally {
            await closeAll(pair)
          }
        })
      }
      for (const define of more) await define(t, { generation, server, known })
      await t.test('every difference that is known can still be seen', () => known.assertAllSeen())
    } finally {
      await server.close()
    }
  })
}

module.exports = { serverFor, suite }
