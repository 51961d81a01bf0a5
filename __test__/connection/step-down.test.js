'use strict'

// A replica set whose primary steps down: with retryable reads and writes, which are the default, nobody notices.

const assert = require('node:assert/strict')
const { it } = require('node:test')
const { startLoad } = require('../helpers/load.js')
const { STYLES } = require('../helpers/styles.js')
const { useOwnServer } = require('../helpers/server.js')
const { until } = require('../helpers/wait.js')

const set = useOwnServer({ nodes: 3 }, 'startReplicaSet')

for (const { name, Store, ofUrl } of STYLES) {
  it(`callers of a store of ${name} see no error when the primary steps down`, async (t) => {
    const store = new Store({ [ofUrl]: set.current.url('sessions') })
    t.after(() => store.close())
    const load = startLoad(4, async (worker, n) => {
      await store.set(`sid${worker}`, { cookie: {}, n })
      assert.equal((await store.get(`sid${worker}`)).n, n)
    })
    await until('answers', () => load.answered > 20)
    await set.current.stepDown()
    const { answered } = load
    await until('answers of the next primary', () => load.answered > answered + 20 || load.errors.length > 0)
    await load.stop()
    assert.deepEqual(load.errors, [])
  })
}
