'use strict'

// A replica set whose primary steps down: with retryable reads and writes, which are the default, nobody notices.

const assert = require('node:assert/strict')
const { it } = require('node:test')
const { STYLES } = require('../helpers/styles.js')
const { useOwnServer } = require('../helpers/use-server.js')
const { until, within } = require('../helpers/wait.js')

const set = useOwnServer({ nodes: 3 }, 'startReplicaSet')

for (const { name, Store, ofUrl } of STYLES) {
  it(`callers of a store of ${name} see no error when the primary steps down`, async (t) => {
    const store = new Store({ [ofUrl]: set.current.url('sessions') })
    t.after(() => store.close())
    const errors = []
    let answered = 0
    let stopped = false
    const load = Array.from({ length: 4 }, async (_, worker) => {
      for (let n = 0; !stopped; n += 1) {
        try {
          await store.set(`sid${worker}`, { cookie: {}, n })
          assert.equal((await store.get(`sid${worker}`)).n, n)
          answered += 1
        } catch (error) {
          errors.push(error)
        }
      }
    })
    await until('answers', () => answered > 20)
    await set.current.stepDown()
    const before = answered
    await until('answers of the next primary', () => answered > before + 20 || errors.length > 0)
    stopped = true
    await within('the end of the load', Promise.all(load))
    assert.deepEqual(errors, [])
  })
}
