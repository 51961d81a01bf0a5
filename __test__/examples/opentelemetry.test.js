'use strict'

// examples/opentelemetry.mjs, loaded before an application that knows nothing of it. What it sends is read by a collector of
// the test, which speaks OTLP in JSON.

const assert = require('node:assert/strict')
const { once } = require('node:events')
const { createServer } = require('node:http')
const { json } = require('node:stream/consumers')
const { test } = require('node:test')
const { PLACES, runExample, startExample } = require('../helpers/examples.js')
const { useOwnServer, useServer } = require('../helpers/server.js')
const { until } = require('../helpers/wait.js')

const FILE = 'opentelemetry.mjs'
const CLIENT = 3 // SPAN_KIND_CLIENT
const SERVER = 2 // SPAN_KIND_SERVER
const ERROR = 2 // STATUS_CODE_ERROR
/** Nanoseconds. The SDK takes the start of a span from a clock of milliseconds. */
const ROUNDING = 1_000_000n
const server = useServer()
const mortal = useOwnServer()

/** Receives spans and metrics until the test ends. */
async function collector(t) {
  const spans = []
  /** The newest data points of each metric by name; they are totals. */
  const metrics = new Map()
  const http = createServer(async (req, res) => {
    const { resourceSpans = [], resourceMetrics = [] } = await json(req)
    for (const { scopeSpans } of resourceSpans)
      spans.push(...scopeSpans.flatMap(({ spans: some }) => some.map(readable)))
    for (const { scopeMetrics } of resourceMetrics) {
      for (const metric of scopeMetrics.flatMap(({ metrics: some }) => some)) metrics.set(metric.name, metric)
    }
    res.setHeader('content-type', 'application/json').end('{}')
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  t.after(() => {
    http.closeAllConnections()
    http.close()
  })
  return { endpoint: `http://127.0.0.1:${http.address().port}`, spans, metrics }
}

/** A span with its attributes as an object, and its times as numbers. */
function readable({ attributes, startTimeUnixNano, endTimeUnixNano, ...span }) {
  return { ...span, start: BigInt(startTimeUnixNano), end: BigInt(endTimeUnixNano), attributes: valuesOf(attributes) }
}

/** The attributes of a span or of a data point. */
function valuesOf(attributes) {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))
}

/** As docs/observability.md has it. */
const COMMAND = 'node --import ./examples/opentelemetry.mjs examples/esm.mjs'
const PRELOADED = COMMAND.split(' ').slice(1, -1)
/** Sends at once what is recorded. */
const SOON = { OTEL_BSP_SCHEDULE_DELAY: '50', OTEL_METRIC_EXPORT_INTERVAL: '100', OTEL_METRIC_EXPORT_TIMEOUT: '100' }

/** The environment of a program that sends to the collector. */
function sendingTo(endpoint) {
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_METRICS_EXPORTER: 'otlp',
    OTEL_LOGS_EXPORTER: 'none',
  }
}

/** Starts examples/esm.mjs with OpenTelemetry. */
function startTraced(t, endpoint, { folder, url }) {
  return startExample(t, 'esm.mjs', { folder, url, args: PRELOADED, env: { ...sendingTo(endpoint), ...SOON } })
}

/** The spans of the store beneath the request that is answered `nth`, when that has been sent. */
async function spansOfRequest({ spans }, nth) {
  const requests = () => spans.filter(({ kind, parentSpanId }) => kind === SERVER && !parentSpanId)
  await until('the span of the request', () => requests().length > nth)
  const request = requests()[nth]
  return { request, inside: spans.filter(({ parentSpanId }) => parentSpanId === request.spanId) }
}

for (const place of ['from a clone', 'in a fresh folder']) {
  test(`${FILE} makes each operation a child span of its request, ${place}`, async (t) => {
    const collected = await collector(t)
    const database = server.freshDb()
    const { browser } = await startTraced(t, collected.endpoint, {
      folder: PLACES[place](t, FILE, 'esm.mjs'),
      url: server.url(database),
    })
    assert.equal((await browser.get('/')).status, 200)
    assert.equal((await browser.get('/')).status, 200)
    const { request, inside } = await spansOfRequest(collected, 1)
    assert.deepEqual(
      inside.map(({ name }) => name),
      ['get esm_sessions', 'set esm_sessions'],
    )
    for (const { kind, traceId, start, end, attributes, status, name } of inside) {
      assert.equal(kind, CLIENT)
      assert.equal(traceId, request.traceId)
      assert.ok(start < end, name)
      assert.ok(request.start <= start + ROUNDING && end <= request.end + ROUNDING, name)
      assert.deepEqual(attributes, {
        'db.system.name': 'mongodb',
        'db.namespace': database,
        'db.collection.name': 'esm_sessions',
        'db.operation.name': name.split(' ')[0],
      })
      assert.notEqual(status.code, ERROR)
    }
  })
}

test(`${FILE} keeps the spans of requests at the same time apart`, async (t) => {
  const collected = await collector(t)
  const { browser } = await startTraced(t, collected.endpoint, { url: server.url(server.freshDb()) })
  await browser.get('/')
  await Promise.all(Array.from({ length: 20 }, () => browser.clone().get('/')))
  for (let nth = 1; nth <= 20; nth++) {
    const { inside } = await spansOfRequest(collected, nth)
    assert.deepEqual(
      inside.map(({ name }) => name),
      ['get esm_sessions', 'set esm_sessions'],
    )
  }
})

test(`${FILE} measures operations in seconds, by the convention's buckets`, async (t) => {
  const collected = await collector(t)
  const { browser } = await startTraced(t, collected.endpoint, { url: server.url(server.freshDb()) })
  const started = performance.now()
  for (let visit = 0; visit < 3; visit++) await browser.get('/')
  const elapsed = (performance.now() - started) / 1000
  const points = () => collected.metrics.get('db.client.operation.duration')?.histogram.dataPoints ?? []
  const count = (operation) =>
    Number(points().find(({ attributes }) => valuesOf(attributes)['db.operation.name'] === operation)?.count ?? 0)
  await until('all operations', () => count('set') === 3 && count('get') === 2)

  const metric = collected.metrics.get('db.client.operation.duration')
  assert.equal(metric.unit, 's')
  for (const { explicitBounds, sum, attributes } of points()) {
    assert.deepEqual(explicitBounds, [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10])
    assert.ok(sum > 0 && sum < elapsed, `${sum} s of ${elapsed}`)
    assert.equal(valuesOf(attributes)['db.system.name'], 'mongodb')
  }
})

test(`${FILE} marks the operations that failed`, async (t) => {
  const collected = await collector(t)
  const url = `${mortal.current.url('traced')}?serverSelectionTimeoutMS=10000`
  const { browser } = await startTraced(t, collected.endpoint, { url })
  await browser.get('/')
  await mortal.current.kill()
  assert.equal((await browser.get('/')).status, 500)
  const { request, inside } = await spansOfRequest(collected, 1)
  assert.equal(request.status.code, ERROR)
  const [{ attributes, status }] = inside
  assert.equal(attributes['error.type'], 'MongoServerSelectionError')
  assert.equal(status.code, ERROR)
})

test(`${FILE} sends everything before the process ends`, async (t) => {
  const { endpoint, spans, metrics } = await collector(t)
  await runExample('promises.js', { url: server.url(server.freshDb()), args: PRELOADED, env: sendingTo(endpoint) })
  const operations = ['set', 'set', 'get', 'touch', 'destroy', 'get']
  assert.deepEqual(
    spans.map(({ name }) => name),
    operations.map((operation) => `${operation} promise_sessions`),
  )
  assert.ok(metrics.has('db.client.operation.duration'))
})
