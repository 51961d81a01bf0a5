'use strict'

// A primary that stands still: what waits for its answers goes on with the member that takes its place.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { needsAddon } = require('../helpers/addon.js')
const { startLoad } = require('../helpers/load.js')
const { useOwnServer, withParameters } = require('../helpers/server.js')
const { MODERN } = require('../helpers/stores.js')
const { until } = require('../helpers/wait.js')

const set = useOwnServer({ nodes: 3 }, 'startReplicaSet')
const WORKERS = 16
/** Longer than any test may take: the driver's monitoring does not give up the old primary by itself. */
const NEVER = { connectTimeoutMS: 1_000_000 }
const reason = 'drivers of the mongodb package wait for the old primary'

test(
  'operations under way on a primary that stands still are answered by its successor',
  needsAddon(reason),
  async (t) => {
    const store = MODERN.Store.create({ mongoUrl: withParameters(set.current.url('sessions'), NEVER) })
    t.after(() => store.close())
    const answers = Array(WORKERS).fill(0)
    const load = startLoad(WORKERS, async (worker, n) => {
      await store.set(`sid${worker}`, { cookie: {}, n })
      assert.equal((await store.get(`sid${worker}`)).n, n)
      answers[worker] += 1
    })
    await until('answers', () => answers.every((count) => count > 5))
    const primary = await set.current.primary()
    await primary.kill('SIGSTOP')
    t.after(() => primary.kill('SIGCONT'))
    const before = [...answers]
    await until(
      'answers of the successor',
      () => answers.every((count, worker) => count > before[worker] + 1) || load.errors.length > 0,
    )
    await primary.kill('SIGCONT')
    await load.stop()
    assert.deepEqual(load.errors, [])
  },
)
