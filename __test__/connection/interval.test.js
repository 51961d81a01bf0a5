'use strict'

// autoRemove: 'interval': the store itself removes expired sessions periodically.

const assert = require('node:assert/strict')
const { describe, it, mock } = require('node:test')
const { STYLES } = require('../helpers/styles.js')
const { useServer } = require('../helpers/server.js')
const { until } = require('../helpers/wait.js')

const server = useServer()
const OFTEN = 0.002 // minutes

for (const { name, Store, ofUrl } of STYLES) {
  describe(name, () => {
    function open(t, options) {
      const database = server.freshDb()
      const store = new Store({ [ofUrl]: server.url(database), autoRemove: 'interval', ...options })
      t.after(() => store.close())
      return { store, collection: server.db(database).collection('sessions') }
    }

    it('removes expired sessions, also those that expire later, and keeps live ones', async (t) => {
      const { store, collection } = open(t, { autoRemoveInterval: OFTEN })
      const session = (expires) => ({ cookie: { expires: new Date(expires) } })
      await store.set('past', session(Date.now() - 1000))
      await store.set('soon', session(Date.now() + 300))
      await store.set('live', session(Date.now() + 3_600_000))
      await collection.insertOne({ _id: 'for ever', session: '{"cookie":{}}' })
      await until('the expired ones to go', async () => (await collection.countDocuments()) === 2)
      await store.set('next', session(Date.now() - 1000))
      await until('the next one to go', async () => (await collection.countDocuments()) === 2)
      assert.deepEqual((await collection.distinct('_id')).sort(), ['for ever', 'live'])
    })

    it('has one timer, of the interval in minutes, which does not hold the process', (t) => {
      const setInterval = mock.method(globalThis, 'setInterval')
      t.after(() => setInterval.mock.restore())
      const { store } = open(t, { autoRemoveInterval: 7 })
      assert.equal(setInterval.mock.callCount(), 1)
      assert.equal(setInterval.mock.calls[0].arguments[1], 7 * 60_000)
      assert.equal(store.timer, setInterval.mock.calls[0].result)
      assert.equal(store.timer.hasRef(), false)
    })

    it('has no timer in the other modes', (t) => {
      const setInterval = mock.method(globalThis, 'setInterval')
      t.after(() => setInterval.mock.restore())
      for (const autoRemove of ['native', 'disabled']) assert.equal(open(t, { autoRemove }).store.timer, undefined)
      assert.equal(setInterval.mock.callCount(), 0)
    })
  })
}
