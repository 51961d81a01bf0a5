// The test files, and which of them `npm test` and its like run.

import { readdirSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { root } from './process.mjs'

/** Files that do most of the work: hundreds of processes, failing servers, packages to install, keys to derive. */
const SLOW = [
  '__test__/api/statistics.test.js',
  ...['connect-mongo-1', 'connect-mongo-5', 'every-option', 'stacks/'].map((name) => `__test__/compatibility/${name}`),
  ...[
    'engines/',
    'exit',
    'fallback/failures',
    'fallback/old-servers',
    'fallback/suites',
    'garbage',
    'given-mongoose',
    'live-settings',
    'outages',
    'pool',
    'seed-list',
    'step-down',
    'unhandled-rejections',
    'workers',
  ].map((name) => `__test__/connection/${name}`),
  ...['commands', 'stacks'].map((name) => `__test__/docs/${name}.test.mjs`),
  ...['crypto', 'derivations', 'keys', 'software'].map((name) => `__test__/encryption/${name}`),
  ...[
    'clearing',
    'failing',
    'large-reads',
    'late-writes',
    'limits',
    'odd-ids',
    'overload',
    'quoting',
    'retries',
    'selection',
    'server-sessions',
    'sizes',
    'stall',
    'succession',
  ].map((name) => `__test__/engine/${name}`),
  ...['graceful-shutdown', 'lambda', 'pm2'].map((name) => `__test__/examples/${name}.test.js`),
  '__test__/migrating/',
  ...['faults', 'two-writers'].map((name) => `__test__/histories/${name}.test.js`),
  '__test__/package/publish.test.js',
  '__test__/soak/run.test.js',
]

/** Files that are the same without the addon: they are about itself, or about stores that do not use it anyway. */
const REGARDLESS = [
  '__test__/compatibility/stacks/',
  '__test__/connection/fallback/failures.test.js',
  '__test__/connection/fallback/suites.test.js',
  '__test__/connection/pool.test.js',
  ...['blocks', 'commands', 'links', 'stacks', 'wrong'].map((name) => `__test__/docs/${name}`),
  '__test__/encryption/software',
  ...[
    'batches',
    'large-reads',
    'limits',
    'numbers',
    'overload',
    'reads-beside-writes',
    'server-sessions',
    'server-time',
    'stall',
  ].map((name) => `__test__/engine/${name}.test.js`),
  ...['cluster', 'docker', 'lambda'].map((name) => `__test__/examples/${name}.test.js`),
  '__test__/histories/',
  ...['expected', 'verdict'].map((name) => `__test__/soak/${name}.test.js`),
  ...['encryption', 'uri'].map((name) => `__test__/properties/${name}.test.js`),
]

/** What `npm test` runs a second time without the addon: something of everything. */
const SAMPLE = [
  ...['destroy', 'events', 'get', 'set', 'touch'].map((name) => `__test__/api/methods/${name}.test.js`),
  '__test__/connection/cannot-connect.test.js',
  '__test__/connection/mongoUrl.test.js',
  '__test__/encryption/encryption.test.js',
  '__test__/engine/order.test.js',
  '__test__/http/login.test.js',
  '__test__/options/stringify.test.js',
]

/** @param {string[]} beginnings of paths */
const begins = (beginnings) => (/** @type {string} */ file) => beginnings.some((start) => file.startsWith(start))
/**
 * Each selection, as what is true of its files.
 * @satisfies {Record<string, (file: string) => boolean>}
 */
export const SELECTIONS = {
  quick: (file) => !begins(SLOW)(file),
  slow: begins(SLOW),
  fallback: (file) => !begins(REGARDLESS)(file),
  sample: begins(SAMPLE),
}

/**
 * The test files, in alphabetical order.
 * @param {string} [folder]
 * @returns {string[]} paths relative to the root folder, with slashes
 */
export function testFiles(folder = join(root, '__test__')) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.name !== 'node_modules')
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return testFiles(path)
      return /\.test\.m?js$/.test(entry.name) ? [relative(root, path).replaceAll(sep, '/')] : []
    })
    .sort()
}
