'use strict'

// What docs/observability.md lists is what there is: no code, field, channel or metric is missing, and none is made up.

const assert = require('node:assert/strict')
const fs = require('node:fs')
const path = require('node:path')
const { test } = require('node:test')
const { CHANNELS } = require('../../lib/connection/stats.js')
const { ROOT } = require('../helpers/child.js')
const { EXAMPLES } = require('../helpers/examples.js')
const { useStores } = require('../helpers/stores.js')
const { CODES } = require('../helpers/warning-codes.js')

const server = useStores()
const page = fs.readFileSync(path.join(ROOT, 'docs', 'observability.md'), 'utf8')
const sorted = (names) => [...new Set(names)].sort()

/** The text of a chapter. */
function chapter(title) {
  const [, text] = page.split(`\n## ${title}\n`)
  return text.split('\n## ')[0]
}

/** What stands in backticks in the rows of a chapter's table: in the first column, or in all. */
function namesInTable(title, { columns = 'first' } = {}) {
  const rows = chapter(title)
    .split('\n')
    .filter((line) => line.startsWith('| `'))
  assert.ok(rows.length > 0, title)
  return rows.flatMap((row) => (columns === 'first' ? row.split(' | ')[0] : row).match(/(?<=`)[\w.]+(?=`)/g))
}

test('the table of warnings has every code', () => {
  assert.deepEqual(sorted(namesInTable('Process warnings')), CODES)
})

test('the table of statistics has every field', async (t) => {
  const { store } = server.open(t)
  await store.get('s')
  const stats = store.stats()
  const { get } = stats.operations
  const fields = [stats, get, get.latency].flatMap(Object.keys)
  assert.deepEqual(sorted(namesInTable('Statistics', { columns: 'all' })), sorted(fields))
})

test('every channel is named', () => {
  const named = chapter('Diagnostics channels').match(/(?<=`)connect-mongo-native:\w+(?=`)/g)
  assert.deepEqual(sorted(named), sorted(Object.keys(CHANNELS).map((name) => `connect-mongo-native:${name}`)))
})

test('the table of a message has each of its members', async (t) => {
  const { store } = server.open(t)
  let message
  const take = (published) => {
    message = published
  }
  CHANNELS.get.subscribe(take)
  t.after(() => CHANNELS.get.unsubscribe(take))
  await store.get('s')
  assert.deepEqual(sorted(namesInTable('Diagnostics channels')), sorted(Object.keys(message)))
})

for (const [title, file, pattern] of [
  ['Prometheus', 'prometheus.mjs', /'(session_store_\w+)'/g],
  ['OpenTelemetry', 'opentelemetry.mjs', /'((?:db|error)\.[\w.]+)':/g],
]) {
  test(`the table of ${title} has what examples/${file} has`, () => {
    const text = fs.readFileSync(path.join(EXAMPLES, file), 'utf8')
    const there = [...text.matchAll(pattern)].map(([, name]) => name)
    assert.deepEqual(sorted(namesInTable(title)), sorted(there))
  })
}
