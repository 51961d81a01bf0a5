'use strict'

// worker_threads: each may load the package, use stores and end at any moment, without harm to the process.

const assert = require('node:assert/strict')
const { describe, it } = require('node:test')
const { runProgram } = require('../helpers/child.js')
const { connectionsOf } = require('../helpers/connections.js')
const { useServer } = require('../helpers/server.js')
const { until } = require('../helpers/wait.js')

const server = useServer()

/** What a worker does. Each either ends the worker or leaves that to `terminate()`. */
const LIVES = {
  closes: `store.set(sid, { cookie: {}, n: 1 }).then(() => store.get(sid)).then(() => store.close())`,
  'calls process.exit()': `store.set(sid, { cookie: {} }).then(() => process.exit(0))`,
  'throws under load': `load(); setTimeout(() => { throw new Error('of the worker') }, 50)`,
  'is terminated under load': `load(); parentPort.postMessage('terminate')`,
  'is terminated at once': `parentPort.postMessage('terminate')`,
  'is terminated while it closes': `load(); store.close(); parentPort.postMessage('terminate')`,
  'is terminated while keys are derived': `MongoStore.createWebCryptoAdapter({ secret: sid, iterations: 100_000 }).encrypt('x');
    store.close(); parentPort.postMessage('terminate')`,
  'does nothing': `store.close()`,
}

/** Repeatedly runs several workers of one kind at once, while the main thread uses a store, too. */
async function main({ url, factory, life, own }) {
  const { Worker } = require('node:worker_threads')
  // Node 20 sometimes aborts if a worker ends while V8 compiles for it in the background, whatever the worker does.
  require('node:v8').setFlagsFromString('--no-concurrent-recompilation')
  const source = `
    const { parentPort, threadId } = require('node:worker_threads')
    const MongoStore = require('connect-mongo-native')
    const Store = ${factory} ? MongoStore(require('express-session')) : MongoStore
    const store = new Store({ ${factory ? 'url' : 'mongoUrl'}: ${JSON.stringify(url)} })
    const sid = 'worker' + threadId
    const again = (n) => store.set(sid + n, { cookie: {}, text: 'x'.repeat(1000) }, () => store.get(sid + n, () => again(n)))
    const load = () => { for (let n = 0; n < 20; n += 1) again(n) }
    ${life}`
  const worker = () =>
    new Promise((resolve, reject) => {
      const thread = new Worker(source, { eval: true })
      thread.on('error', (error) => error.message !== 'of the worker' && reject(error))
      thread.on('message', () => setTimeout(() => thread.terminate(), Math.random() * 100))
      thread.on('exit', resolve)
    })
  const store = own && new (require('connect-mongo-native'))({ mongoUrl: url })
  for (let round = 0; round < 3; round += 1) {
    await Promise.all(Array.from({ length: 4 }, worker))
    if (own) await store.set('main', { cookie: {}, round })
  }
  if (own) {
    console.log((await store.get('main')).round)
    await store.close()
  }
  console.log('done')
}

for (const style of ['modern', 'factory']) {
  for (const own of [true, false]) {
    describe(`${style}, ${own ? 'with' : 'without'} a store of the main thread`, () => {
      for (const [name, life] of Object.entries(LIVES)) {
        it(`a worker that ${name}`, async () => {
          const input = { url: server.url(server.freshDb()), factory: style === 'factory', life, own }
          const { code, signal, lines, stderr } = await runProgram(main, input)
          assert.deepEqual({ code, signal, stderr }, { code: 0, signal: null, stderr: '' })
          assert.deepEqual(lines, own ? ['2', 'done'] : ['done'])
        })
      }
    })
  }
}

it('workers that were terminated leave no connection behind', async () => {
  const url = `${server.url(server.freshDb())}?appName=worker-${process.pid}`
  const { code, lines } = await runProgram(
    async (input) => {
      const { Worker } = require('node:worker_threads')
      const source = `
      const store = require('connect-mongo-native').create({ mongoUrl: ${JSON.stringify(input.url)} })
      store.set('sid', { cookie: {} }).then(() => require('node:worker_threads').parentPort.postMessage('stored'))`
      await Promise.all(
        Array.from(
          { length: 4 },
          () =>
            new Promise((resolve, reject) => {
              const thread = new Worker(source, { eval: true })
              thread.on('error', reject)
              thread.on('message', () => {
                console.log('stored')
                thread.terminate().then(resolve)
              })
            }),
        ),
      )
      // The process stays alive until the test has seen that the connections are closed.
      process.stdin.once('data', () => process.exit(0))
      console.log('terminated')
    },
    { url },
    {
      onLine(line, child) {
        if (line !== 'terminated') return
        until(
          'the connections to end',
          async () => (await connectionsOf(server.client, `worker-${process.pid}`)) === 0,
        ).then(
          () => child.stdin.write('end\n'),
          () => child.kill('SIGKILL'),
        )
      },
    },
  )
  assert.deepEqual({ code, lines }, { code: 0, lines: ['stored', 'stored', 'stored', 'stored', 'terminated'] })
})
