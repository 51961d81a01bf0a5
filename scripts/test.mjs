// `npm test`: runs the Rust tests, then the JavaScript tests, all against one mongod. `npm test -- name…` runs the test
// files whose path contains one of the names. TEST_MONGO_URL names a server to use instead of starting one.

import { readdirSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { cargo, root, run } from './lib/process.mjs'
import { Failure, runAsProgram } from './lib/program.mjs'
import { startServer } from './mongod.mjs'

/** Time for one test, in ms: a test that hangs fails, and does not block the others. */
const TIMEOUT = 300_000

await runAsProgram(import.meta.url, async () => {
  const names = process.argv.slice(2)
  const files = testFiles().filter((file) => names.length === 0 || names.some((name) => file.includes(name)))
  if (names.length > 0 && files.length === 0) {
    throw new Failure(`test: no test file has ${names.join(' or ')} in its path.`)
  }

  const server = process.env.TEST_MONGO_URL
    ? undefined
    : await startServer({ args: ['--setParameter', 'enableTestCommands=1'] }) // enables the fail points that tests use
  if (server) {
    console.log(`test: MongoDB ${server.version} at ${server.uri}`)
    process.env.TEST_MONGO_URL = server.uri
  }
  try {
    const codes = []
    if (names.length === 0) codes.push(await cargo(['test']))
    if (files.length > 0) {
      const options = ['--test', '--test-concurrency=2', `--test-timeout=${TIMEOUT}`, '--test-reporter=spec']
      // A failed test leaves connections open, and its file must not wait for them. Tests of what keeps a process alive
      // start processes of their own.
      codes.push(await run(process.execPath, [...options, '--test-force-exit', ...files]))
    }
    return Math.max(...codes)
  } finally {
    await server?.stop()
  }
})

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
