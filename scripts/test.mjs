// `npm test`: runs the Rust tests, then the JavaScript tests, all against one mongod. TEST_MONGO_URL names a server to use
// instead of starting one.
//
//   name…   runs the test files whose path contains one of the names, and no Rust test
//   --slow  runs the files that do by far the most work, and no other: `npm run test:all` runs all

import { readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, relative, sep } from 'node:path'
import { parseArgs } from 'node:util'
import { cargo, root, run } from './lib/process.mjs'
import { Failure, runAsProgram } from './lib/program.mjs'
import { withProgress } from './lib/progress.mjs'
import { startServer } from './mongod.mjs'

/**
 * Time for one test, in ms: a test that hangs fails, and does not block the others. All tests of a generation of
 * connect-mongo count as one.
 */
const TIMEOUT = 900_000

/** The beginnings of the paths of files that do by far the most work: hundreds of processes, packages to install. */
const SLOW = [
  '__test__/compatibility/every-option.test.js',
  '__test__/compatibility/stacks/',
  '__test__/connection/exit.test.js',
  '__test__/connection/garbage.test.js',
  '__test__/connection/pool.test.js',
  '__test__/connection/workers.test.js',
  '__test__/engine/late-writes.test.js',
]

/** Fail points are on. Expired sessions stay, as two stores that are compared must find the same documents. */
const SERVER = ['enableTestCommands=1', 'ttlMonitorEnabled=false'].flatMap((value) => ['--setParameter', value])

/** Files that run at once. Most wait most of the time: for a deadline, for a server that starts. */
const CONCURRENCY = Math.min(8, 3 * availableParallelism())

await runAsProgram(import.meta.url, async () => {
  const { values, positionals: names } = parseArgs({ options: { slow: { type: 'boolean' } }, allowPositionals: true })
  const files = testFiles().filter(
    names.length > 0
      ? (file) => names.some((name) => file.includes(name))
      : (file) => SLOW.some((start) => file.startsWith(start)) === Boolean(values.slow),
  )
  if (files.length === 0) throw new Failure(`test: no test file has ${names.join(' or ')} in its path.`)
  const rust = names.length === 0 && !values.slow

  const server = process.env.TEST_MONGO_URL ? undefined : await startServer({ args: SERVER })
  if (server) {
    console.log(`test: MongoDB ${server.version} at ${server.uri}`)
    process.env.TEST_MONGO_URL = server.uri
  }
  try {
    const codes = []
    if (rust) codes.push(await withProgress('test: Rust tests (cargo test)', 'about a minute on two cores', rustTests))
    const options = ['--test', `--test-concurrency=${CONCURRENCY}`, `--test-timeout=${TIMEOUT}`, '--test-reporter=spec']
    console.log(`test: ${files.length} files of JavaScript tests, ${CONCURRENCY} at a time`)
    // A failed test leaves connections open, and its file must not wait for them. Tests of what keeps a process alive
    // start processes of their own.
    codes.push(await run(process.execPath, [...options, '--test-force-exit', ...files]))
    return Math.max(...codes)
  } finally {
    await server?.stop()
  }
})

/** The Rust tests, which share the crates of a debug build of the addon. */
function rustTests() {
  return cargo(['test'])
}

/**
 * The test files, in alphabetical order.
 * @param {string} [folder]
 * @returns {string[]} paths relative to the root folder, with slashes
 */
function testFiles(folder = join(root, '__test__')) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.name !== 'node_modules')
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return testFiles(path)
      return /\.test\.m?js$/.test(entry.name) ? [relative(root, path).replaceAll(sep, '/')] : []
    })
    .sort()
}
