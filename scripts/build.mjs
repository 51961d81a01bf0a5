// `npm run build`: builds the addon, `connect-mongo-native.<platform>.node`, and its loader `native.js` in the root
// folder. `--debug` builds without optimisations. `--target <triple>` builds what can be published: for the oldest system of
// that target, without paths of this machine, and checked. Other options go to `napi build`.

import { mkdirSync, readdirSync, renameSync, rmSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { cargo, root, tool } from './lib/process.mjs'
import { Failure, runAsProgram } from './lib/program.mjs'
import { checkAddon } from './release/check-addon.mjs'

/** What a debug build compiles besides its own code is the same as in `cargo test`. */
const DEBUG = ['--features', 'tests']

/** Compiles what a debug build consists of, so that `build` finds it ready. Unlike `build`, it needs no npm package. */
export async function compile() {
  const code = await cargo(['build', '--lib', ...DEBUG])
  if (code !== 0) throw new Failure('build: the addon could not be compiled. The output above says why.')
}

/**
 * Builds the addon.
 * @param {{ debug?: boolean, target?: string, options?: string[] }} [settings] `options` are passed on to `napi build`
 */
export async function build({ debug = false, target, options = [] } = {}) {
  const startedAt = new Date()
  await requireCargo()

  // napi writes to a separate folder, so that it can't replace index.js and index.d.ts, which are written by hand.
  const output = join(root, '.cache', 'addon')
  rmSync(output, { recursive: true, force: true })
  mkdirSync(output, { recursive: true })
  const profile = debug ? DEBUG : ['--release']
  const files = ['--output-dir', output, '--js', 'native.js', '--dts', 'native.d.ts']
  // Imported here because it imports packages, which may not be installed when the addon is built for this machine.
  const others =
    target === undefined ? undefined : await import('./release/target.mjs').then((m) => m.targetBuild(target))
  const args = ['build', '--platform', ...profile, ...files, ...(others?.options ?? []), ...options]
  const code = await tool('@napi-rs/cli', args, { bin: 'napi', env: others?.env })
  if (code !== 0) throw new Failure('build: the addon could not be built. The output above says why.')

  for (const name of readdirSync(output)) {
    if (name !== 'native.js' && !name.endsWith('.node')) continue
    if (name.endsWith('.node') && others && !debug) checkAddon(join(output, name))
    // The addon gets the time at which the build started: a source saved during the build then counts as newer.
    utimesSync(join(output, name), startedAt, startedAt)
    // Processes that have loaded the old addon keep it: a rename replaces the file, not its contents.
    renameSync(join(output, name), join(root, name))
  }
}

/** Without cargo, this fails with advice. napi's own error gives none. */
export async function requireCargo() {
  await cargo(['--version'], { stdio: 'ignore' })
}

await runAsProgram(import.meta.url, () => {
  const options = process.argv.slice(2)
  const at = options.indexOf('--target')
  const [, target] = at < 0 ? [] : options.splice(at, 2)
  return build({
    debug: options.includes('--debug'),
    target,
    options: options.filter((option) => option !== '--debug'),
  })
})
