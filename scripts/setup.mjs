// `npm run setup`: installs the npm packages and builds the addon. It does only what is missing or out of date, and prints
// nothing if there is nothing to do. Other scripts run after it, so they can import any package; this one, and all that
// it imports, must use nothing but Node's own modules.
//
//   --no-addon  installs the npm packages only

import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { build } from './build.mjs'
import { root, run } from './lib/process.mjs'
import { Failure, runAsProgram } from './lib/program.mjs'

await runAsProgram(import.meta.url, async () => {
  const { values } = parseArgs({ options: { 'no-addon': { type: 'boolean' } } })
  if (modified('node_modules/.package-lock.json') < modified('package-lock.json')) {
    console.log('setup: installing the npm packages (npm ci)')
    const code = await run('npm', ['ci', '--no-audit', '--no-fund'])
    if (code !== 0) throw new Failure('setup: `npm ci` failed. Its output above says why.')
  }
  if (!values['no-addon'] && addonModified() < sourcesModified()) {
    console.log('setup: building the addon (npm run build)')
    await build()
  }
})

/**
 * When a file was last modified, in ms; 0 if it does not exist.
 * @param {string} path relative to the root folder
 */
function modified(path) {
  return statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0
}

/** When the addon was built, in ms; 0 if it or its loader is missing. */
function addonModified() {
  const addons = readdirSync(root).filter((name) => name.endsWith('.node'))
  return modified('native.js') && Math.max(0, ...addons.map(modified))
}

/** When a source of the addon was last modified, in ms. */
function sourcesModified() {
  // Folders count too: the time of a folder changes when a file in it is removed or renamed.
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).map((name) => join('src', name))
  return Math.max(...['Cargo.toml', 'Cargo.lock', 'build.rs', 'src', ...sources].map(modified))
}
