'use strict'

// The number of connections that a store opens, as counted by the server.

const assert = require('node:assert/strict')
const { randomBytes } = require('node:crypto')
const { test } = require('node:test')
const { connectionsOf } = require('../helpers/connections.js')
const { eachStyle, make, useStores } = require('../helpers/stores.js')
const { until } = require('../helpers/wait.js')

const server = useStores()

const LARGE = { cookie: {}, text: 'x'.repeat(200_000) }

/** The maximum number of a store's connections on the server while the test calls all its methods. */
async function mostOf(t, style, options) {
  const { mongoUrl } = server.place()
  const appName = `count ${randomBytes(4).toString('hex')}`
  const store = make(style, { [style.ofUrl]: mongoUrl, mongoOptions: { appName, ...options } })
  t.after(() => store.close())
  const counts = []
  for (let round = 0; round < 40; round += 1) {
    const calls = Array.from({ length: 100 }, (_, n) => [
      store.set(`s${n}`, { cookie: {}, n }),
      store.get(`s${n}`),
      store.touch(`s${n}`, { cookie: {} }).catch(() => {}),
      store.destroy(`t${n}`),
    ]).flat()
    const large = Array.from({ length: 5 }, (_, n) => [store.set(`large${n}`, LARGE), store.get(`large${n}`)]).flat()
    const sweeps = round % 10 === 0 ? [store.all(), store.length(), store.clear()] : []
    const [count] = await Promise.all([connectionsOf(server.client(), appName), ...calls, ...large, ...sweeps])
    counts.push(count)
  }
  // The connection that measures the round-trip time opens last, after the server has been monitored for a while.
  await until('all of the connections', async () => {
    counts.push(await connectionsOf(server.client(), appName))
    return counts.at(-1) >= Math.min(4, (options?.maxPoolSize ?? 2) + 2)
  })
  return Math.max(...counts)
}

eachStyle(({ style }) => {
  test('a store has four connections to a server at the most, those that watch the server included', async (t) => {
    assert.equal(await mostOf(t, style), 4)
  })

  test('a maxPoolSize that is given replaces that limit', async (t) => {
    assert.equal(await mostOf(t, style, { maxPoolSize: 1 }), 3)
    const most = await mostOf(t, style, { maxPoolSize: 20 })
    assert.ok(most > 4 && most <= 22, `${most} connections`)
  })

  test('a minPoolSize is kept without a maxPoolSize', async (t) => {
    const { mongoUrl } = server.place()
    const appName = `count ${randomBytes(4).toString('hex')}`
    const store = make(style, { [style.ofUrl]: mongoUrl, mongoOptions: { appName, minPoolSize: 5 } })
    t.after(() => store.close())
    await store.get('s')
    await until('the connections', async () => (await connectionsOf(server.client(), appName)) >= 5)
  })
})
