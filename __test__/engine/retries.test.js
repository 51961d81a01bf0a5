'use strict'

// Whether a command that failed in passing is sent again is up to the application: `retryWrites` and `retryReads`.

const assert = require('node:assert/strict')
const { describe, test } = require('node:test')
const { useFaultyServer } = require('../helpers/faulty-server.js')

const CALLS = {
  find: { option: 'retryReads', methods: { get: (store) => store.get('s'), all: (store) => store.all() } },
  aggregate: { option: 'retryReads', methods: { length: (store) => store.length() } },
  update: { option: 'retryWrites', methods: { set: (store) => store.set('s', { cookie: {} }), touch: (store) => store.touch('s', { cookie: {} }) } },
  delete: { option: 'retryWrites', methods: { destroy: (store) => store.destroy('s') } },
}
const FAULTS = { 'closes the connection': { closeConnection: true }, 'is shutting down': { errorCode: 91 } }

for (const [kind, members] of [['a replica set of one member', 1], ['a standalone server', 0]]) {
  describe(`with ${kind}`, () => {
    const server = useFaultyServer({ members })

    for (const [command, { option, methods }] of Object.entries(CALLS)) {
      for (const [method, start] of Object.entries(methods)) {
        for (const [what, data] of Object.entries(FAULTS)) {
          test(`${method} fails at once when the server ${what} and ${option} is false, and is tried again otherwise`, async (t) => {
            for (const retries of [false, true]) {
              const { store, collection, fail, mend } = await server.open(t, { parameters: { [option]: retries, heartbeatFrequencyMS: 500 } })
              await collection.insertOne({ _id: 's', session: '{"cookie":{}}' })
              await fail([command], data, { times: 1 })
              const result = await start(store).then(() => 'done', ({ name, code }) => `${name} ${code}`)
              assert.equal(await mend(), 1, 'the server has seen the command and failed it')
              if (retries) assert.equal(result, 'done')
              else assert.match(result, data.closeConnection ? /^MongoNetworkError/ : /^MongoServerError 91$/)
            }
          })

          test(`with ${option}=false, ${method} is one command when the server goes on: it ${what}`, async (t) => {
            const { store, collection, fail, mend } = await server.open(t, { parameters: { [option]: false, heartbeatFrequencyMS: 500, timeoutMS: 4000 } })
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
