// A small Debian in a folder, by debootstrap: for programs that must run on a certain system.

import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { root, run } from './process.mjs'
import { Failure } from './program.mjs'

/**
 * Installs a release, unless it is in .cache/ already. Needs root. Resolves with its folder.
 * @param {string} release such as `bookworm`
 */
export async function installDebian(release) {
  const cache = join(root, '.cache', 'debian')
  const system = join(cache, release)
  if (existsSync(system)) return system
  mkdirSync(cache, { recursive: true })
  const incomplete = mkdtempSync(join(cache, '.incomplete-'))
  console.log(`debian: installing ${release}`)
  try {
    const code = await run('debootstrap', ['--variant=minbase', release, incomplete, 'http://deb.debian.org/debian'], {
      stdio: ['ignore', 'ignore', 'inherit'],
      missing: 'Install it with `apt-get install debootstrap`.',
    })
    if (code !== 0) throw new Failure('debian: debootstrap failed. Its output above says why.')
    renameSync(incomplete, system)
  } finally {
    rmSync(incomplete, { recursive: true, force: true })
  }
  return system
}
