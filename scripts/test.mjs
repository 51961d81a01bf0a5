// `npm test`: runs the Rust tests, then the JavaScript tests, all against one mongod, and some of these again without the
// addon. TEST_MONGO_URL names a server to use instead of starting one.
//
//   name…            runs the test files whose path contains one of the names, and nothing else
//   --slow           runs the files that do by far the most work, and no other: `npm run test:all` runs all
//   --without-addon  runs the files, or the named ones, with stores that work through the `mongodb` package

import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { cargo, run } from './lib/process.mjs'
import { Failure, runAsProgram } from './lib/program.mjs'
import { withProgress } from './lib/progress.mjs'
import { SELECTIONS, testFiles } from './lib/test-files.mjs'
import { withTestServer } from './lib/test-server.mjs'
import { WITHOUT_ADDON } from './lib/without-addon.mjs'

/** Time for one file, in ms: a test that hangs fails, and does not block the others. */
const TIMEOUT = 2_700_000

/** Files that run at once. Most wait most of the time: for a deadline, for a server that starts. */
const CONCURRENCY = Math.min(8, 3 * availableParallelism())

await runAsProgram(import.meta.url, async () => {
  const { values, positionals: names } = parseArgs({
    options: { slow: { type: 'boolean' }, 'without-addon': { type: 'boolean' } },
    allowPositionals: true,
  })
  return withTestServer('test', async () => {
    const env = values['without-addon'] ? WITHOUT_ADDON : {}
    if (names.length > 0) return javascriptTests((file) => names.some((name) => file.includes(name)), env)
    if (values.slow) return javascriptTests(SELECTIONS.slow, env)
    if (values['without-addon']) return javascriptTests(SELECTIONS.fallback, env)
    const rust = await withProgress('test: Rust tests (cargo test)', 'about a minute on two cores', () =>
      cargo(['test']),
    )
    const codes = [await javascriptTests(SELECTIONS.quick), await javascriptTests(SELECTIONS.sample, WITHOUT_ADDON)]
    return Math.max(rust, ...codes)
  })
})

/**
 * Runs test files.
 * @param {(file: string) => boolean} isChosen
 * @param {Record<string, string>} [env]
 */
async function javascriptTests(isChosen, env = {}) {
  const files = testFiles().filter(isChosen)
  if (files.length === 0) throw new Failure('test: no test file has one of the names in its path.')
  const how = env === WITHOUT_ADDON ? ', without the addon' : ''
  console.log(`test: ${files.length} files of JavaScript tests, ${CONCURRENCY} at a time${how}`)
  const options = ['--test', `--test-concurrency=${CONCURRENCY}`, `--test-timeout=${TIMEOUT}`, '--test-reporter=spec']
  // A failed test leaves connections open, and its file must not wait for them. Tests of what keeps a process alive
  // start processes of their own.
  return run(process.execPath, [...options, '--test-force-exit', ...files], { env })
}
