'use strict'

// The options have three lists: what the store reads, the types, and the pages. None of them names an option that another
// one lacks.

const assert = require('node:assert/strict')
const fs = require('node:fs')
const path = require('node:path')
const { after, before, test } = require('node:test')
const { PARTS } = require('../../lib/options/connection-parts.js')
const { OPTIONS } = require('../../lib/options/table.js')
const { OPTIONS: DRIVER_OPTIONS } = require('../../lib/settings/driver-options.js')
const { ROOT } = require('../helpers/child.js')
const { openTypes } = require('../helpers/types.js')

/** What the types call a write concern, and `writeOperationOptions` takes. */
const WRITE_CONCERN = ['w', 'j', 'journal', 'wtimeout', 'wtimeoutMS']

const sorted = (names) => [...new Set(names)].sort()
const page = (...parts) => fs.readFileSync(path.join(ROOT, ...parts), 'utf8')
/** The words in backticks of a text. */
const named = (text) => (text.match(/`[^`\n]+`/g) ?? []).flatMap((code) => code.match(/\w+/g) ?? [])
/** The options of the driver that have their meaning here under their own names. */
const supported = Object.entries(DRIVER_OPTIONS)
  .filter(([name, [, { to = [] }]]) => to.includes(name))
  .map(([name]) => name)

let types
before(async () => {
  types = await openTypes()
})
after(() => types?.close())

test('the types have the options that a store reads, and no others', () => {
  const typed = ['ConnectMongoOptions', 'LegacyMongoStoreOptions'].flatMap((name) => [...types.membersOf(name).keys()])
  assert.deepEqual(sorted(typed), sorted([...Object.keys(OPTIONS), ...Object.keys(PARTS)]))
})

test('docs/options.md names every option', () => {
  const names = new Set(named(page('docs', 'options.md')))
  for (const name of [...Object.keys(OPTIONS), ...Object.keys(PARTS)]) assert.ok(names.has(name), name)
})

test("the README's table names only options that there are", () => {
  const [, chapter] = page('README.md').split('\n## Options\n')
  const rows = chapter
    .split('\n## ')[0]
    .split('\n')
    .filter((line) => line.startsWith('| `'))
  assert.ok(rows.length > 10)
  for (const name of rows.flatMap((row) => named(row.split(' | ')[0]))) assert.ok(name in OPTIONS, name)
})

test('the types describe every option of mongoOptions that is supported, and no others', () => {
  assert.deepEqual(sorted(types.membersOf('MongoConnectOptions').keys()), sorted(supported))
})

test('the types describe a write concern as writeOperationOptions takes it', () => {
  assert.deepEqual(sorted(types.membersOf('WriteConcernLike').keys()), sorted(WRITE_CONCERN))
})

test('times and sizes of mongoOptions that the pages explain are typed', () => {
  const prose = ['README.md', 'docs/options.md', 'docs/connections.md', 'docs/failures.md']
    .map((file) => page(...file.split('/')))
    .join('\n')
    .replace(/<!-- The table of mongoOptions[^]*?<!-- End of the table -->/, '')
  const explained = sorted(named(prose).filter((name) => /(MS|Size|Seconds)$/.test(name) && name in DRIVER_OPTIONS))
  assert.ok(explained.includes('timeoutMS'))
  const typed = types.membersOf('MongoConnectOptions')
  for (const name of explained) assert.ok(typed.has(name) || WRITE_CONCERN.includes(name) || name === 'poolSize', name)
})
