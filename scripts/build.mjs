// Builds the addon: `connect-mongo-native.<platform>.node` and its loader `native.js`, in the root. `--debug` for an
// unoptimised build, `--target <triple>` and any other option of `napi build` for another platform.

import { mkdirSync, readdirSync, renameSync, rmSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { Failure, cargo, root, runAsProgram, tool } from './lib/process.mjs'

/** Builds the addon; `options` are passed on to `napi build`. */
export async function build({ debug = false, options = [] } = {}) {
  const startedAt = new Date()
  await cargo(['--version'], { stdio: 'ignore' }) // says what to do when there is no cargo; napi would not

  // napi writes to a folder of its own, so that it can never replace index.js and index.d.ts, which are written by hand.
  const output = join(root, '.cache', 'addon')
  rmSync(output, { recursive: true, force: true })
  mkdirSync(output, { recursive: true })
  const profile = debug ? [] : ['--release']
  const files = ['--output-dir', output, '--js', 'native.js', '--dts', 'native.d.ts']
  const code = await tool('@napi-rs/cli', ['build', '--platform', ...profile, ...files, ...options], { bin: 'napi' })
  if (code !== 0) throw new Failure('build: the addon could not be built; the output above says why.')

  for (const name of readdirSync(output)) {
    if (name !== 'native.js' && !name.endsWith('.node')) continue
    // Dated by the start, so that a source saved during the build counts as newer.
    utimesSync(join(output, name), startedAt, startedAt)
    // A rename leaves the old addon to the processes that have it loaded.
    renameSync(join(output, name), join(root, name))
  }
}

await runAsProgram(import.meta.url, () => {
  const options = process.argv.slice(2)
  return build({ debug: options.includes('--debug'), options: options.filter((option) => option !== '--debug') })
})
