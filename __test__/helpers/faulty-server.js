'use strict'

// Servers that a test makes fail on purpose: standalone or a replica set, one for each file. To compare with the
// genuine package by hand, set TEST_STORE=connect-mongo-6: the same tests then run with it.

const { after, before } = require('node:test')
const { setImmediate: nextTurn } = require('node:timers/promises')
const { MongoClient } = require('mongodb')
const { GENUINE, call } = require('./genuine.js')
const { withParameters } = require('./server.js')
const { MODERN } = require('./stores.js')
const { insist } = require('./wait.js')

const METHODS = ['get', 'set', 'touch', 'destroy', 'all', 'length', 'clear']
let databases = 0

/** The genuine store, with methods that return promises like ours. Its time limit is the socket timeout. */
function genuineStore({ mongoUrl, ...options }) {
  const store = GENUINE['connect-mongo 6']({ ...options, mongoUrl: mongoUrl.replace('timeoutMS=', 'socketTimeoutMS=') })
  const promised = METHODS.map((method) => [method, (...args) => call(store, method, ...args)])
  return { ...Object.fromEntries(promised), close: () => store.close().catch(() => {}), stats: () => ({}) }
}

const makeStore =
  process.env.TEST_STORE === 'connect-mongo-6' ? genuineStore : (options) => MODERN.Store.create(options)

/**
 * Call it at the top of a test file or a `describe`. Starts a standalone server (`members` is 0) or a replica set, with
 * fail points; `others` as in startServer. `place(t)` returns an unused database and ways to make its commands fail.
 * `open(t)` returns the same with a connected store. `whileStopped(makeCalls)` makes calls while a standalone server stands still.
 */
function useFaultyServer({ members = 0, args = [], ...others } = {}) {
  const server = { current: undefined, place, open, whileStopped }
  before(async () => {
    const mongod = await import('../../scripts/mongod.mjs')
    const options = { args: ['--setParameter', 'enableTestCommands=1', ...args], ...others }
    server.current = await (members
      ? mongod.startReplicaSet({ nodes: members, ...options })
      : mongod.startServer(options))
    server.members = members ? server.current.members : [server.current]
  })
  after(() => server.current?.stop())

  /**
   * - `url(parameters)`: the connection string for a store. Its appName identifies the store's commands to the server.
   * - `fail(commands, data, mode)`: makes the server fail these commands of the store.
   * - `mend()`: stops the failures and returns the number of failed commands.
   * - `client`, `db`, `collection`: objects of the independent driver.
   */
  async function place(t, { collectionName = 'sessions' } = {}) {
    const appName = `faults${process.pid}-${(databases += 1)}`
    const url = (parameters = {}) => withParameters(server.current.url(appName), { appName, ...parameters })
    const client = await MongoClient.connect(server.current.url(appName))
    const configure = async (mode, data) => {
      const { count } = await client
        .db('admin')
        .command({ configureFailPoint: 'failCommand', mode, ...(data && { data }) })
      return count
    }
    let earlier = 0
    const fail = async (failCommands, data, mode = 'alwaysOn') => {
      earlier = await configure(mode, { failCommands, appName, ...data })
    }
    const mend = async () => (await configure('off')) - earlier
    t.after(async () => {
      await configure('off').catch(() => {})
      await client.close()
    })
    return { url, client, appName, db: client.db(), collection: client.db().collection(collectionName), fail, mend }
  }

  /** `host` replaces the server's own host in the connection string, which then names only that host. */
  async function open(t, { parameters, host, ...options } = {}) {
    const there = await place(t, options)
    const direct = { appName: there.appName, directConnection: true, ...parameters }
    const mongoUrl = host ? withParameters(`mongodb://${host}/${there.db.databaseName}`, direct) : there.url(parameters)
    const store = makeStore({ mongoUrl, autoRemove: 'disabled', ...options })
    t.after(() => store.close())
    // The time limit of a test's store may be too short to connect.
    await insist(() => store.length())
    return { ...there, store }
  }

  /**
   * Resolves with the answers of the calls that `makeCalls` returns. How many of them travel together then depends on the store
   * alone, and not on how fast the server and this process are.
   */
  async function whileStopped(makeCalls) {
    await server.current.kill('SIGSTOP')
    let answers
    try {
      answers = Promise.all(makeCalls())
      await nextTurn()
    } finally {
      await server.current.kill('SIGCONT')
    }
    return answers
  }
  return server
}

module.exports = { makeStore, useFaultyServer }
