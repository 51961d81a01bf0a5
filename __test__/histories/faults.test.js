'use strict'

// The run of `npm run test:faults` in short: with one fault of each kind, the history of each session can be explained. The
// same run finds what goes wrong with a store that brings destroyed sessions back.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { MongoClient } = require('mongodb')
const { until } = require('../helpers/wait.js')
const { WITHOUT_REDIS } = require('../migrating/helpers/redis.js')

const SEED = 1
const SHORT = { seed: SEED, callers: 16, longest: 3000, pause: 500 }

/** Runs a subject of the run. */
async function underFaults(t, key, options) {
  const [{ runUnderFaults }, { SUBJECTS }, { faultsFor }, { figuresOf }] = await Promise.all(
    ['run', 'subjects', 'deployments', 'verdict'].map((name) => import(`../../scripts/faults/${name}.mjs`)),
  )
  const subject = SUBJECTS.find((candidate) => candidate.key === key)
  const result = await runUnderFaults(subject, { ...SHORT, ...options, tell: (message) => t.diagnostic(message) })
  return { ...result, possible: faultsFor(subject), figures: figuresOf(result) }
}

test('callers see no error, and the history of each session can be explained, whatever fails', async (t) => {
  const { faults, possible, calls, anomalies } = await underFaults(t, 'ours', { ms: 0, rounds: 1 })
  assert.equal(new Set(faults.map(({ name }) => name)).size, possible.length)
  assert.deepEqual(
    calls.flatMap(({ error }) => error ?? []),
    [],
  )
  assert.deepEqual(anomalies, [])
  for (const kind of ['set', 'save', 'get', 'destroy']) assert.ok(calls.some((call) => call.kind === kind))
  assert.ok(calls.some(({ kind, result }) => kind === 'save' && result === false))
})

test('a primary that is cut off from the other members only answers clients, until it knows of the next one', async (t) => {
  const { startServers } = await import('../../scripts/faults/servers.mjs')
  const servers = await startServers()
  t.after(() => servers.stop())
  const primary = await servers.set.primary()
  const others = await servers.set.secondaries()
  const clientTo = (member) =>
    new MongoClient(`mongodb://${servers.proxyOf(member).host}/`, { directConnection: true, timeoutMS: 20_000 })
  const isPrimary = async (client) => (await client.db('admin').command({ hello: 1 })).isWritablePrimary
  const client = clientTo(primary)
  const clients = others.map(clientTo)
  t.after(() => Promise.all([client, ...clients].map((each) => each.close())))
  assert.ok(await isPrimary(client))
  servers.isolate(primary)
  await until('another primary', async () => (await Promise.all(clients.map(isPrimary))).includes(true))
  await until('the end of the old primary', async () => !(await isPrimary(client)))
  servers.reconnect()
  await servers.complete()
})

for (const [key, name] of [
  ['theirs', 'connect-mongo 6'],
  ['redis', 'connect-redis 9'],
  ['sentinel', 'connect-redis 9 with Sentinel'],
]) {
  test(`${name} undoes logouts, even when nothing fails`, { skip: key !== 'theirs' && WITHOUT_REDIS }, async (t) => {
    let undone = 0
    // On a slow machine, more time is needed until a save meets a logout.
    for (let ms = 3000; undone === 0 && ms <= 50_000; ms *= 2) {
      const { figures } = await underFaults(t, key, { ms, rounds: 0 })
      assert.equal(figures.errors, 0)
      assert.equal(figures.lost, 0)
      undone = figures.undone
    }
    assert.ok(undone > 0)
  })
}
