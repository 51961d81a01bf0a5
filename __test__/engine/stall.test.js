'use strict'

// Under load, a server or network stalls for longer than the time limit of an operation. Calls during the stall fail by
// their deadlines. Later calls succeed, over few new connections.

const assert = require('node:assert/strict')
const { describe, test } = require('node:test')
const { useFaultyServer } = require('../helpers/faulty-server.js')
const { startProxy } = require('../helpers/proxy.js')
const { insist, sleep, until } = require('../helpers/wait.js')

const LIMIT = 1000 // ms that an operation may take
const STALL = 4000 // ms
/** Ample time to recover, in ms. */
const SOON = 60_000
const FEW = 20 // new connections
/** How often the machine itself may spoil a run with a stall of its own. */
const SPOILT = 2

/** Makes 500 sets and 100 gets a second for many sids, without waiting for earlier answers. */
function startTraffic(store) {
  const traffic = { calls: [], stop, ended }
  let n = 0
  const call = (promise) => {
    const entry = { at: performance.now(), end: undefined, error: undefined }
    traffic.calls.push(entry)
    entry.promise = promise
      .catch((error) => {
        entry.error = error
      })
      .then(() => {
        entry.end = performance.now()
      })
  }
  const timer = setInterval(() => {
    for (let set = 0; set < 5; set += 1) call(store.set(`s${(n += 1) % 5000}`, { cookie: {}, n }))
    call(store.get(`s${n % 5000}`))
  }, 10)
  function stop() {
    clearInterval(timer)
  }
  async function ended() {
    await until('the end of all calls', () => traffic.calls.every(({ end }) => end !== undefined))
  }
  return traffic
}

/** Whether calls succeed again, judged by the last 100 completed calls that started after `since`. */
function flows(calls, since) {
  const done = calls.filter(({ at, end }) => at > since && end !== undefined)
  return done.length > 100 && done.slice(-100).every(({ error }) => error === undefined)
}

async function comesBack(calls, condition) {
  for (const start = performance.now(); performance.now() - start < SOON; await sleep(20)) {
    if (await condition()) return
  }
  assert.fail(`after ${SOON} ms operations still failed; the latest 500 of the load ended with ${told(calls)}`)
}

/** The names and counts of the latest errors among completed calls. */
function told(calls) {
  const counts = {}
  for (const { error } of calls.filter(({ end }) => end !== undefined).slice(-500)) {
    const name = error?.name ?? 'success'
    counts[name] = (counts[name] ?? 0) + 1
  }
  return JSON.stringify(counts)
}

/**
 * Runs the traffic through a stall, after which operations must succeed. Returns the time of the slowest call, in ms, and the
 * number of new connections.
 */
async function overStall(t, store, { halt, go, connections, load }) {
  const traffic = startTraffic(store)
  t.after(traffic.stop)
  await until('answers', () => flows(traffic.calls, 0))
  const before = await connections()
  await halt()
  await sleep(STALL)
  if (!load) {
    traffic.stop()
    await sleep(2 * LIMIT)
  }
  const since = performance.now()
  await go()
  if (load) {
    await comesBack(traffic.calls, () => flows(traffic.calls, since))
    traffic.stop()
  } else {
    await comesBack(traffic.calls, () =>
      store.set('alone', { cookie: {} }).then(
        () => true,
        () => false,
      ),
    )
  }
  await Promise.all(Array.from({ length: 200 }, (_, n) => insist(() => store.set(`later${n}`, { cookie: {}, n }))))
  await traffic.ended()
  const slowest = Math.max(...traffic.calls.map(({ at, end }) => end - at))
  return { slowest, opened: (await connections()) - before }
}

/** Checks the guarantees that callers have. A store that does not keep them breaks them in each run. */
async function checkOverStall(t, store, network) {
  for (let spoilt = 0; ; spoilt += 1) {
    const { slowest, opened } = await overStall(t, store, network)
    if (slowest < 3 * LIMIT && opened <= FEW) return
    const what = `a call was answered after ${Math.round(slowest)} ms, and there were ${opened} new connections`
    t.diagnostic(what)
    assert.ok(spoilt < SPOILT, what)
  }
}

for (const [kind, members] of [
  ['a standalone server', 0],
  ['a replica set of one member', 1],
]) {
  describe(`with ${kind}`, () => {
    const server = useFaultyServer({ members })

    for (const load of [true, false]) {
      test(`operations succeed soon after a server that stood still goes on, ${load ? 'also while the load goes on' : 'when the load is over'}`, async (t) => {
        const { store, client } = await server.open(t, { parameters: { timeoutMS: LIMIT } })
        await checkOverStall(t, store, {
          load,
          halt: () => server.members[0].kill('SIGSTOP'),
          go: () => server.members[0].kill('SIGCONT'),
          connections: async () => (await client.db('admin').command({ serverStatus: 1 })).connections.totalCreated,
        })
      })
    }

    test('operations succeed soon after a network that lost what was sent closes the connections', async (t) => {
      const proxy = await startProxy(server.members[0].port)
      t.after(() => proxy.close())
      const { store } = await server.open(t, { host: proxy.host, parameters: { timeoutMS: LIMIT } })
      await checkOverStall(t, store, {
        load: true,
        halt: proxy.swallow,
        go: proxy.pass,
        connections: () => proxy.accepted,
      })
    })
  })
}
