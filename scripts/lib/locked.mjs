// Tools from npm that are too large for the devDependencies: installed in .cache/ when they are first needed, in the versions
// of a lock file.

import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'
import { npm } from './npm.mjs'
import { root } from './process.mjs'

const CACHE = join(root, '.cache')

/**
 * Installs the packages of a lock file, unless they are there already. Several processes may do so at once.
 * @param {string} source the folder of package.json and the lock file, whose name is that of the folder in .cache/
 * @returns {Promise<string>} the folder of `node_modules`
 */
export async function installLocked(source) {
  const installed = join(CACHE, basename(source))
  const [wanted, present] = [source, installed].map((folder) => join(folder, 'package-lock.json'))
  const isPresent = () => existsSync(present) && readFileSync(present, 'utf8') === readFileSync(wanted, 'utf8')
  if (isPresent()) return installed
  console.log(`${basename(source)}: installing`)
  mkdirSync(CACHE, { recursive: true })
  const temporary = mkdtempSync(join(CACHE, `.${basename(source)}-`))
  try {
    for (const file of ['package.json', 'package-lock.json']) copyFileSync(join(source, file), join(temporary, file))
    await npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: temporary })
    if (isPresent()) return installed // another process was first
    rmSync(installed, { recursive: true, force: true, maxRetries: 10 })
    renameSync(temporary, installed)
  } catch (error) {
    if (!isPresent()) throw error
  } finally {
    rmSync(temporary, { recursive: true, force: true, maxRetries: 10 })
  }
  return installed
}

/**
 * The `require` of a folder that `installLocked` gave.
 * @param {string} installed
 */
export function requireFrom(installed) {
  return createRequire(join(installed, 'package.json'))
}
