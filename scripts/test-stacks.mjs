// `npm run test:stacks`: tests the package in every stack of __test__/compatibility/stacks/rows.js, and writes the compatibility table of
// docs/ from the results. `npm run test:stacks -- name…` runs only the rows with these names, and the others keep their results.

import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { lastResults, writeCompatibility } from './lib/compatibility.mjs'
import { root, run } from './lib/process.mjs'
import { runAsProgram } from './lib/program.mjs'

await runAsProgram(import.meta.url, async () => {
  const names = process.argv.slice(2)
  const results = join(root, '.cache', 'stacks-results.json')
  rmSync(results, { force: true })
  const env = { STACKS: names.length > 0 ? names.join(',') : 'all', STACKS_RESULTS: results }
  const options = ['--test', '--test-reporter=spec']
  const code = await run(process.execPath, [...options, '__test__/compatibility/stacks/stacks.test.js'], { env })
  const others = names.length > 0 ? lastResults().filter(({ row }) => !names.includes(row)) : []
  writeCompatibility([...others, ...JSON.parse(readFileSync(results, 'utf8'))])
  return code
})
