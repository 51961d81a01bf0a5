// Tools from npm that are too large for the devDependencies: installed in .cache/ when they are first needed, in the versions
// of a lock file.

import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'
import { npm } from './npm.mjs'
import { root } from './process.mjs'

/**
 * Installs the packages of a lock file, unless they are there already.
 * @param {string} source the folder of package.json and the lock file, whose name is that of the folder in .cache/
 * @returns {Promise<string>} the folder of `node_modules`
 */
export async function installLocked(source) {
  const installed = join(root, '.cache', basename(source))
  const wanted = join(source, 'package-lock.json')
  const stamp = join(installed, '.installed')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === readFileSync(wanted, 'utf8')) return installed
  console.log(`${basename(source)}: installing`)
  mkdirSync(installed, { recursive: true })
  for (const file of ['package.json', 'package-lock.json']) copyFileSync(join(source, file), join(installed, file))
  await npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: installed })
  copyFileSync(wanted, stamp)
  return installed
}

/**
 * The `require` of a folder that `installLocked` gave.
 * @param {string} installed
 */
export function requireFrom(installed) {
  return createRequire(join(installed, 'package.json'))
}
