'use strict'

// What is left of stores that nobody uses any more: nothing, whether or not they were closed.

const assert = require('node:assert/strict')
const { describe, it } = require('node:test')
const { oldServer } = require('../helpers/altered-server.js')
const { runProgram } = require('../helpers/child.js')
const { connectionsOf } = require('../helpers/connections.js')
const { useServer } = require('../helpers/server.js')
const { until } = require('../helpers/wait.js')

const server = useServer()
let programs = 0
/** How long garbage is waited for, in ms. What is under way holds a store, and a slow server may need some time. */
const PATIENCE = 30_000

/**
 * Runs a program that may call `collect(refs)`, which collects garbage until none of the WeakRefs refers to anything any
 * more, and gives how many still do after a while. The program ends when the server has no connection of it any more.
 */
async function run(main, input = {}) {
  programs += 1
  const appName = `garbage-${process.pid}-${programs}`
  const url = `${server.url(server.freshDb())}?appName=${appName}`
  const program = `async (input) => {
    require('node:v8').setFlagsFromString('--expose-gc')
    const gc = require('node:vm').runInNewContext('gc')
    globalThis.collect = async (refs) => {
      for (const since = performance.now(); ; ) {
        await new Promise((resolve) => setTimeout(resolve, 10))
        gc()
        const left = refs.filter((ref) => ref.deref()).length
        if (left === 0 || performance.now() - since > input.patience) return left
      }
    }
    globalThis.appName = input.appName
    const { MongoStore } = require('connect-mongo-native')
    const LegacyStore = require('connect-mongo-native')(require('express-session'))
    globalThis.make = (options) =>
      input.factory ? new LegacyStore({ url: input.url, ...options }) : MongoStore.create({ mongoUrl: input.url, ...options })
    console.log(JSON.stringify((await (${main})(input)) ?? null))
    process.stdin.once('data', () => process.stdin.unref())
    console.log('end')
  }`
  let connections
  const { code, signal, stderr, lines } = await runProgram(
    program,
    { ...input, url, appName, patience: PATIENCE },
    {
      limitMs: 10 * PATIENCE,
      async onLine(line, child) {
        if (line !== 'end') return
        try {
          await until('the connections to end', async () => (await connectionsOf(server.client, appName)) === 0)
        } catch {
          connections = await connectionsOf(server.client, appName)
        }
        child.stdin.write('end\n')
      },
    },
  )
  assert.deepEqual({ code, signal, stderr, connections }, { code: 0, signal: null, stderr: '', connections: undefined })
  return JSON.parse(lines[0])
}

for (const factory of [false, true]) {
  describe(factory ? 'new (MongoStore(session))' : 'new MongoStore', () => {
    for (const isClosed of [true, false]) {
      it(`200 stores that were ${isClosed ? '' : 'not '}closed are collected, with their connections`, async () => {
        const { left, grown } = await run(
          async (input) => {
            const refs = []
            async function round() {
              const stores = Array.from({ length: 20 }, () => globalThis.make({ autoRemoveInterval: 1 }))
              for (const store of stores) {
                refs.push(new WeakRef(store))
                await store.set('sid', { cookie: {} })
                await store.get('sid')
                if (input.isClosed) await store.close()
              }
            }
            await round()
            await globalThis.collect(refs)
            const before = process.memoryUsage().heapUsed
            for (let n = 0; n < 9; n += 1) {
              await round()
              await globalThis.collect(refs)
            }
            const remaining = await globalThis.collect(refs)
            return { left: remaining, grown: process.memoryUsage().heapUsed - before }
          },
          { factory, isClosed },
        )
        assert.equal(left, 0)
        // What a store had on the heap while it was kept was ten times as much.
        assert.ok(grown < 180 * 3000, `${grown} bytes more on the heap`)
      })
    }

    for (const options of [
      { autoRemove: 'interval', autoRemoveInterval: 0.0005 },
      { autoRemove: 'disabled' },
      { stringify: false },
      factory ? { secret: 'AB12!@squirrel' } : { crypto: { secret: 'AB12!@squirrel' } },
      { encryption: { keys: [{ id: 'a', secret: 'squirrel'.repeat(5) }], hashIds: true } },
    ]) {
      it(`a store that was not closed is collected with ${JSON.stringify(options)}`, async () => {
        const left = await run(
          async (input) => {
            const refs = []
            await (async () => {
              const store = globalThis.make(input.options)
              refs.push(new WeakRef(store))
              await store.set('sid', { cookie: {} })
              await store.get('sid')
            })()
            return globalThis.collect(refs)
          },
          { factory, options },
        )
        assert.equal(left, 0)
      })
    }

    it('a store that nobody refers to answers what was asked of it before it is collected', async () => {
      const seen = await run(
        async () => {
          const refs = []
          const answers = { get: 0, connected: 0, close: 0 }
          const count = (name) => () => {
            answers[name] += 1
          }
          for (let n = 0; n < 50; n += 1) {
            const store = globalThis.make()
            refs.push(new WeakRef(store))
            store.set('sid', { cookie: {} }, () => {
              globalThis.collect([])
              globalThis.make().get('sid', count('get'))
            })
          }
          for (let n = 0; n < 50; n += 1) globalThis.make().close().then(count('close'))
          for (let n = 0; n < 10; n += 1) {
            globalThis
              .make()
              .clientP.then((client) => client.close())
              .then(count('connected'))
          }
          await globalThis.collect(refs)
          const isDone = () => answers.get === 50 && answers.close === 50 && answers.connected === 10
          while (!isDone() && process.uptime() < 200) await globalThis.collect([])
          return answers
        },
        { factory },
      )
      assert.deepEqual(seen, { get: 50, connected: 10, close: 50 })
    })
  })
}

it('a closed store that is still referred to has nothing left of its own in the event loop', async () => {
  const { resources, kinds } = await run(async ({ patience }) => {
    const alive = new Map()
    const hook = require('node:async_hooks').createHook({
      init: (id, type) => alive.set(id, type),
      destroy: (id) => alive.delete(id),
    })
    hook.enable()
    const store = globalThis.make({ autoRemove: 'interval' })
    await store.set('sid', { cookie: {} })
    await store.close()
    globalThis.kept = store
    for (const since = performance.now(); ; ) {
      await new Promise((resolve) => setTimeout(resolve, 50))
      const left = {
        resources: process.getActiveResourcesInfo().filter((name) => !/Pipe|TTY/.test(name)),
        kinds: [...alive.values()].filter((type) => /threadsafe/i.test(type)),
      }
      if (left.resources.length + left.kinds.length === 0 || performance.now() - since > patience) return left
    }
  })
  assert.deepEqual({ resources, kinds }, { resources: [], kinds: [] })
})

it('a store through the mongodb package is collected with the client that it made for itself', async (t) => {
  const host = await oldServer(t, server.client.options.hosts[0].toString())
  const left = await run(
    async (input) => {
      process.removeAllListeners('warning')
      const refs = []
      for (let n = 0; n < 5; n += 1) {
        const store = globalThis.make({ mongoUrl: `mongodb://${input.host}/?appName=${globalThis.appName}` })
        refs.push(new WeakRef(store))
        await store.set('sid', { cookie: {} })
      }
      return globalThis.collect(refs)
    },
    { host },
  )
  assert.equal(left, 0)
})

it('stores of worker threads are collected, too', async () => {
  const left = await run(async ({ url, patience }) => {
    const { Worker } = require('node:worker_threads')
    const source = `
        const { parentPort } = require('node:worker_threads')
        const collectGarbage = require('node:vm').runInNewContext('gc')
        const MongoStore = require('connect-mongo-native')
        const refs = []
        async function use(isClosed) {
          const store = MongoStore.create({ mongoUrl: ${JSON.stringify(url)} })
          refs.push(new WeakRef(store))
          await store.set('sid', { cookie: {} })
          if (isClosed) await store.close()
        }
        ;(async () => {
          for (let n = 0; n < 20; n += 1) await use(n % 2)
          const since = performance.now()
          while (refs.some((ref) => ref.deref()) && performance.now() - since < ${patience}) {
            await new Promise((resolve) => setTimeout(resolve, 10))
            collectGarbage()
          }
          parentPort.postMessage(refs.filter((ref) => ref.deref()).length)
        })()`
    return new Promise((resolve, reject) => {
      const worker = new Worker(source, { eval: true })
      let result
      worker.on('message', (message) => {
        result = message
      })
      worker.on('error', reject)
      worker.on('exit', () => resolve(result))
    })
  })
  assert.equal(left, 0)
})
