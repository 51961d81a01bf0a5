// Runs files of properties for some time, instead of the few values that `npm test` makes up.

import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { root, run } from '../lib/process.mjs'

const FOLDER = join(root, '.cache', 'fuzz')

/**
 * @param {string} name of the file
 * @param {{seconds: number, seed: number, mongoUrl: string}} settings
 * @returns {Promise<{runs: number, isBroken: boolean}>}
 */
export async function runProperties(name, { seconds, seed, mongoUrl }) {
  mkdirSync(FOLDER, { recursive: true })
  const results = join(FOLDER, `js-${name}.txt`)
  rmSync(results, { force: true })
  const code = await run(
    process.execPath,
    ['--no-warnings', '--test', '--test-force-exit', '--test-reporter=spec', `__test__/properties/${name}.test.js`],
    {
      env: {
        FUZZ_SECONDS: String(seconds),
        FUZZ_SEED: String(seed),
        FUZZ_RESULTS: results,
        TEST_MONGO_URL: mongoUrl,
      },
    },
  )
  const counts = readFileSync(results, 'utf8').split('\n').filter(Boolean).map(Number)
  return { runs: counts.reduce((sum, count) => sum + count, 0), isBroken: code !== 0 }
}
