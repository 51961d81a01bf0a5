'use strict'

// The store retries a command after a transient failure, and no caller notices. Applications can disable this with
// `retryWrites` and `retryReads`.

const assert = require('node:assert/strict')
const { describe, test } = require('node:test')
const { useFaultyServer } = require('../helpers/faulty-server.js')

const CALLS = {
  find: { option: 'retryReads', methods: { get: (store) => store.get('s'), all: (store) => store.all() } },
  aggregate: { option: 'retryReads', methods: { length: (store) => store.length() } },
  update: {
    option: 'retryWrites',
    methods: { set: (store) => store.set('s', { cookie: {} }), touch: (store) => store.touch('s', { cookie: {} }) },
  },
  delete: { option: 'retryWrites', methods: { destroy: (store) => store.destroy('s') } },
}
const FAULTS = { 'closes the connection': { closeConnection: true }, 'is shutting down': { errorCode: 91 } }
/** Transient errors of a server, apart from "not primary" and "shutting down". */
const PASSING = {
  HostUnreachable: 6,
  HostNotFound: 7,
  NetworkTimeout: 89,
  ExceededTimeLimit: 262,
  SocketException: 9001,
}

for (const [kind, members] of [
  ['a replica set of one member', 1],
  ['a standalone server', 0],
]) {
  describe(`with ${kind}`, () => {
    const server = useFaultyServer({ members })

    for (const [codeName, errorCode] of Object.entries(PASSING)) {
      for (const [command, { methods }] of Object.entries(CALLS)) {
        test(`no caller notices when the server fails ${command} with ${codeName} once, alone and among others`, async (t) => {
          const { store, collection, fail, mend } = await server.open(t, { parameters: { heartbeatFrequencyMS: 500 } })
          for (const [method, start] of Object.entries(methods)) {
            for (const count of [1, 30]) {
              await collection.updateOne({ _id: 's' }, { $set: { session: '{"cookie":{}}' } }, { upsert: true })
              await fail([command], { errorCode }, { times: 1 })
              const others =
                method === 'all' || method === 'length'
                  ? []
                  : Array.from({ length: count - 1 }, (_, n) => store.set(`other${n}`, { cookie: {} }))
              const results = await Promise.allSettled([start(store), ...others])
              assert.deepEqual(
                results.filter(({ reason }) => reason).map(({ reason }) => `${method}: ${reason.message}`),
                [],
              )
              // The server counts some of these failures twice.
              assert.ok((await mend()) >= 1)
            }
          }
        })
      }
    }

    for (const [command, { option, methods }] of Object.entries(CALLS)) {
      for (const [method, start] of Object.entries(methods)) {
        for (const [what, data] of Object.entries(FAULTS)) {
          test(`${method} fails at once when the server ${what} and ${option} is false, and is tried again otherwise`, async (t) => {
            for (const retries of [false, true]) {
              const { store, collection, fail, mend } = await server.open(t, {
                parameters: { [option]: retries, heartbeatFrequencyMS: 500 },
              })
              await collection.insertOne({ _id: 's', session: '{"cookie":{}}' })
              await fail([command], data, { times: 1 })
              const result = await start(store).then(
                () => 'done',
                ({ name, code }) => `${name} ${code}`,
              )
              assert.equal(await mend(), 1, 'the server has seen the command and failed it')
              if (retries) assert.equal(result, 'done')
              else assert.match(result, data.closeConnection ? /^MongoNetworkError/ : /^MongoServerError 91$/)
            }
          })

          test(`with ${option}=false, ${method} is one command when the server goes on: it ${what}`, async (t) => {
            const { store, collection, fail, mend } = await server.open(t, {
              parameters: { [option]: false, heartbeatFrequencyMS: 500 },
            })
            await collection.insertOne({ _id: 's', session: '{"cookie":{}}' })
            await fail([command], data)
            await assert.rejects(start(store))
            assert.equal(await mend(), 1)
          })
        }
      }
    }
  })
}
