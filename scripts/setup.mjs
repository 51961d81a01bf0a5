// Brings a clone to a usable state with nothing but Node and cargo: installs the npm packages, then builds the addon.
// It does only what is missing or out of date, and says nothing when there is nothing to do.

import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { build } from './build.mjs'
import { Failure, root, run, runAsProgram } from './lib/process.mjs'

/** Makes the clone usable. With `addon: false` only the npm packages are installed. */
export async function setup({ addon = true } = {}) {
  if (modified('node_modules/.package-lock.json') < modified('package-lock.json')) {
    console.log('setup: installing the npm packages (npm ci)')
    const code = await run('npm', ['ci', '--no-audit', '--no-fund'])
    if (code !== 0) throw new Failure('setup: `npm ci` failed; its output above says why.')
  }
  if (addon && addonModified() < sourcesModified()) {
    console.log('setup: building the addon (npm run build)')
    await build()
  }
}

/** When a file was last modified, in ms; 0 when there is none. */
function modified(path) {
  return statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0
}

/** When the addon was built; 0 when it or its loader is missing. */
function addonModified() {
  const addons = readdirSync(root).filter((name) => name.endsWith('.node'))
  return modified('native.js') && Math.max(0, ...addons.map(modified))
}

/** When something that the addon is made from was last modified. */
function sourcesModified() {
  // A folder counts too: its time changes when a file in it is removed or renamed.
  const sources = readdirSync(join(root, 'src'), { recursive: true }).map((name) => join('src', name))
  return Math.max(...['Cargo.toml', 'Cargo.lock', 'build.rs', 'src', ...sources].map(modified))
}

await runAsProgram(import.meta.url, setup)
