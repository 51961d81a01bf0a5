'use strict'

// The metrics of examples/prometheus.mjs, as Prometheus reads them, and the alerts on them.

const assert = require('node:assert/strict')
const fs = require('node:fs')
const path = require('node:path')
const { test } = require('node:test')
const { parse } = require('yaml')
const { EXAMPLES, startExample } = require('../helpers/examples.js')
const { useOwnServer, useServer } = require('../helpers/server.js')
const { until } = require('../helpers/wait.js')

const server = useServer()
const mortal = useOwnServer()

/** The samples of a page of metrics, by name and labels as they are written there; and the type of each metric. */
async function scrape(browser) {
  const { status, body } = await browser.get('/metrics')
  assert.equal(status, 200)
  const samples = new Map()
  for (const [, key, value] of body.matchAll(/^([^#\s]\S*) (\S+)$/gm)) samples.set(key, Number(value))
  const types = new Map([...body.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name, type]))
  return { samples, types }
}

test('prometheus.mjs shows the operations of each request', async (t) => {
  const { browser } = await startExample(t, 'prometheus.mjs', { url: server.url(server.freshDb()) })
  const visits = 5
  const started = performance.now()
  for (let visit = 0; visit < visits; visit++) await browser.get('/')

  const elapsed = (performance.now() - started) / 1000
  const { samples, types } = await scrape(browser)
  const count = (operation) => samples.get(`session_store_operation_duration_seconds_count{operation="${operation}"}`)
  assert.equal(count('set'), visits)
  assert.equal(count('get'), visits - 1, 'the first request has no cookie')
  // One after the other: in seconds, their sum can't be more.
  for (const operation of ['get', 'set']) {
    const sum = samples.get(`session_store_operation_duration_seconds_sum{operation="${operation}"}`)
    assert.ok(sum > 0 && sum < elapsed, `${operation} took ${sum} s of ${elapsed}`)
  }
  assert.equal(samples.get('session_store_batched_operations_total'), 2 * visits - 1)
  assert.equal(samples.get('session_store_waiting_operations'), 0)
  assert.equal(samples.get('session_store_in_flight_operations'), 0)

  for (const [name, type] of types) {
    assert.match(name, /^session_store_[a-z_]+$/)
    if (type === 'counter') assert.match(name, /_total$/)
    if (type === 'histogram') assert.match(name, /_seconds$/)
  }
})

test('prometheus.mjs counts errors and warnings when MongoDB goes away', async (t) => {
  const url = `${mortal.current.url('prometheus')}?serverSelectionTimeoutMS=10000`
  const { browser } = await startExample(t, 'prometheus.mjs', { url })
  await browser.get('/')
  const lost = 'session_store_warnings_total{code="MONGO_STORE_CONNECTION"}'
  assert.equal((await scrape(browser)).samples.get(lost), 0)

  await mortal.current.kill()
  assert.equal((await browser.get('/')).status, 500)
  const { samples } = await scrape(browser)
  assert.equal(samples.get('session_store_errors_total{operation="get",error="MongoServerSelectionError"}'), 1)
  await until('the warning', async () => (await scrape(browser)).samples.get(lost) === 1)
})

test('prometheus.mjs starts the count of every warning from zero', async (t) => {
  const { CODES } = require('../helpers/warning-codes.js')
  const { browser } = await startExample(t, 'prometheus.mjs', { url: server.url(server.freshDb()) })
  const { samples } = await scrape(browser)
  for (const code of CODES) assert.ok(samples.has(`session_store_warnings_total{code="${code}"}`), code)
})

test('each alert is valid PromQL over metrics that prometheus.mjs has', async (t) => {
  const { browser } = await startExample(t, 'prometheus.mjs', { url: server.url(server.freshDb()) })
  await browser.get('/')
  const { samples, types } = await scrape(browser)
  const names = new Set([...types.keys(), ...[...samples.keys()].map((key) => key.split('{')[0])])

  const { groups } = parse(fs.readFileSync(path.join(EXAMPLES, 'prometheus-alerts.yml'), 'utf8'))
  const rules = groups.flatMap((group) => group.rules)
  assert.ok(rules.length > 0)
  for (const { alert, expr } of rules) {
    assert.match(alert, /^[A-Z]\w+$/)
    const { errors, metrics } = await promql(expr)
    assert.deepEqual(errors, [], `${alert}: ${expr}`)
    assert.ok(metrics.length > 0, alert)
    for (const name of metrics) assert.ok(names.has(name), `${alert}: there is no metric ${name}`)
  }
})

test('the check of PromQL finds a wrong expression', async () => {
  assert.notDeepEqual((await promql('rate(a_total[5m]) >')).errors, [])
  assert.notDeepEqual((await promql('sum by operation (a_total)')).errors, [])
  assert.deepEqual(await promql('sum(rate(a_total{b="c"}[5m])) > 1'), { errors: [], metrics: ['a_total'] })
})

/** The metrics that an expression names, and where it is wrong. */
async function promql(expression) {
  const { parser } = await import('@prometheus-io/lezer-promql')
  const errors = []
  const metrics = []
  parser.parse(expression).iterate({
    enter({ type, from, to }) {
      if (type.isError) errors.push(from)
      if (type.name === 'Identifier') metrics.push(expression.slice(from, to))
    },
  })
  return { errors, metrics }
}
