// A compiler with the source of its standard library from Debian's packages, for networks that reach these, but not those of
// rustup.

import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { basename, join } from 'node:path'
import { root, run } from '../lib/process.mjs'
import { output } from './toolchain.mjs'

/** Debian 12 calls its newest compiler `web`, after the browsers that need it. */
const PACKAGES = ['rustc-web', 'rust-web-src', 'libstd-rust-web-dev', 'libstd-rust-web-1.96', 'libllvm22']

/**
 * Unpacks the packages into .cache/, unless they are there already. Resolves with the environment that makes cargo use that
 * compiler; undefined where the packages can't be had.
 * @param {string} runtime the library of ThreadSanitizer, which Debian leaves out
 */
export async function debianRust(runtime) {
  const folder = join(root, '.cache', 'debian-rust')
  if (!existsSync(folder) && !(await unpack(folder, runtime))) return
  const usr = join(folder, 'usr')
  return {
    RUSTC: join(usr, 'bin', 'rustc'),
    RUSTDOC: join(usr, 'bin', 'rustdoc'),
    LD_LIBRARY_PATH: ['x86_64-linux-gnu', 'llvm-22/lib'].map((name) => join(usr, 'lib', name)).join(':'),
  }
}

/**
 * Resolves with whether it succeeded.
 * @param {string} folder
 * @param {string} runtime
 */
async function unpack(folder, runtime) {
  if (process.platform !== 'linux' || process.arch !== 'x64') return false
  mkdirSync(join(root, '.cache'), { recursive: true })
  const incomplete = mkdtempSync(join(root, '.cache', '.incomplete-'))
  try {
    console.log('sanitize: looking for the source of the standard library in the packages of Debian')
    const download = ['-c', 'cd "$0" && apt-get download "$@"', incomplete, ...PACKAGES]
    if ((await run('sh', download, { stdio: 'ignore' })) !== 0) return false
    for (const name of readdirSync(incomplete).filter((file) => file.endsWith('.deb'))) {
      await output('dpkg', ['-x', join(incomplete, name), incomplete])
      rmSync(join(incomplete, name))
    }
    const libraries = join(incomplete, 'usr', 'lib', 'rustlib', 'x86_64-unknown-linux-gnu', 'lib')
    symlinkSync(runtime, join(libraries, basename(runtime)))
    renameSync(incomplete, folder)
    return true
  } finally {
    rmSync(incomplete, { recursive: true, force: true })
  }
}
