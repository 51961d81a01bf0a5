// `npm run check`: everything that is quick and needs neither the addon nor a database. Goes on after a failure, so that
// one run shows all there is to mend.

import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { cargo, root, runAsProgram, tool } from './lib/process.mjs'
import { setup } from './setup.mjs'

/** Name -> what runs it and resolves with an exit code. */
function checks() {
  const types = join('__test__', 'types')
  const projects = readdirSync(join(root, types), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(root, types, entry.name, 'tsconfig.json')))
    .map((entry) => join(types, entry.name))
  return {
    'cargo fmt': () => cargo(['fmt', '--check']),
    'cargo clippy': () => cargo(['clippy', '--all-targets', '--quiet', '--', '-D', 'warnings']),
    'biome format': () => tool('@biomejs/biome', ['format', '.'], { bin: 'biome' }),
    eslint: () => tool('eslint', ['.']),
    'dependency-cruiser': () => tool('dependency-cruiser', ['lib', 'index.js'], { bin: 'depcruise' }),
    ...Object.fromEntries(
      projects.map((project) => [`tsc ${project}`, () => tool('typescript', ['-p', project], { bin: 'tsc' })]),
    ),
    publint: () => tool('publint', ['run', '--strict']),
    attw: () => tool('@arethetypeswrong/cli', ['--pack', '.'], { bin: 'attw' }),
  }
}

await runAsProgram(import.meta.url, async () => {
  await setup({ addon: false })
  const failed = []
  for (const [name, check] of Object.entries(checks())) {
    console.log(`check: ${name}`)
    const code = await check().catch((error) => {
      console.error(error.message)
      return 1
    })
    if (code !== 0) failed.push(name)
  }
  console.log(failed.length === 0 ? 'check: all passed' : `check: FAILED: ${failed.join(', ')}`)
  return failed.length === 0 ? 0 : 1
})
