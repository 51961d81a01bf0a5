'use strict'

// The probes of examples/health.mjs, while MongoDB goes away and comes back.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { startExample } = require('../helpers/examples.js')
const { useOwnServer } = require('../helpers/server.js')
const { until } = require('../helpers/wait.js')

const PASSWORD = 'squirrel'
const server = useOwnServer({ auth: { user: 'ada', password: PASSWORD } })

test('readiness follows MongoDB, liveness does not, and neither tells a secret', async (t) => {
  const { current } = server
  const url = `mongodb://ada:${PASSWORD}@${current.host}/health?authSource=admin&serverSelectionTimeoutMS=2000`
  const { browser, stderr } = await startExample(t, 'health.mjs', { url })
  const ready = () => browser.get('/readyz')
  const alive = async () => assert.deepEqual((await browser.get('/livez')).body, { status: 'ok' })

  const first = await until('readiness', async () => {
    const answer = await ready()
    return answer.status === 200 && answer
  })
  assert.deepEqual(first.body, { status: 'ok' }, stderr())
  await alive()

  await current.kill('SIGSTOP') // accepts connections, and never answers
  const stalled = await ready()
  assert.deepEqual([stalled.status, stalled.body], [503, { status: 'unavailable', reason: 'no answer in time' }])
  await alive()
  await current.kill('SIGCONT')
  await until('readiness when the server goes on', async () => (await ready()).status === 200)

  await current.kill()
  const reasons = new Set()
  await until('both reasons while the server is away', async () => {
    const { status, body, setCookie } = await ready()
    assert.equal(status, 503)
    assert.deepEqual(Object.keys(body), ['status', 'reason'])
    assert.deepEqual(setCookie, [])
    reasons.add(body.reason)
    return reasons.has('no answer in time') && reasons.has('MongoServerSelectionError')
  })
  assert.equal(reasons.size, 2, [...reasons].join())
  await alive()

  await current.restart()
  await until('readiness when the server is back', async () => (await ready()).status === 200)
  assert.ok(!stderr().includes(PASSWORD))
  assert.ok(stderr().includes('readiness:'), 'the log has the reason')
})
