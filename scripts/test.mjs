// `npm test`: the tests of the Rust code, then those of the package as its users see it, all against one mongod.
// `npm test -- name…` runs the test files whose path contains one of the names. TEST_MONGO_URL names another server.

import { readdirSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { Failure, cargo, root, run, runAsProgram } from './lib/process.mjs'
import { setup } from './setup.mjs'

const TIMEOUT = 300_000 // ms, for a test: one that hangs fails instead of holding up the rest for ever

/** The test files, in alphabetical order. */
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

await runAsProgram(import.meta.url, async () => {
  const names = process.argv.slice(2)
  const files = testFiles().filter((file) => names.length === 0 || names.some((name) => file.includes(name)))
  if (names.length > 0 && files.length === 0)
    throw new Failure(`test: no test file has ${names.join(' or ')} in its path.`)

  await setup()
  const { startServer } = await import('./mongod.mjs') // needs the packages that setup installs
  // With fail points, which tests of the engine set.
  const server = process.env.TEST_MONGO_URL
    ? undefined
    : await startServer({ args: ['--setParameter', 'enableTestCommands=1'] })
  if (server) {
    console.log(`test: MongoDB ${server.version} at ${server.uri}`)
    process.env.TEST_MONGO_URL = server.uri
  }
  try {
    const codes = []
    if (names.length === 0) codes.push(await cargo(['test']))
    if (files.length > 0) {
      const options = ['--test', '--test-concurrency=2', `--test-timeout=${TIMEOUT}`, '--test-reporter=spec']
      // A test that fails leaves connections open; its file must not wait for them. What keeps a process alive is
      // tested in processes of its own.
      codes.push(await run(process.execPath, [...options, '--test-force-exit', ...files]))
    }
    return Math.max(...codes)
  } finally {
    await server?.stop()
  }
})
