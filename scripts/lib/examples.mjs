// The applications of examples/ that have a lock file, as their users will have them when the package is published: npm finds
// the package and its addons, which are packed from this checkout.

import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { pack } from './npm.mjs'
import { root } from './process.mjs'
import { platformsOf, readManifest } from '../release/packages.mjs'

/** Where the lock files of examples/ have packages from. */
const USUAL = 'https://registry.npmjs.org/'

/**
 * Packs the package, and one for each platform whose addon is in the root folder.
 * @param {string} folder
 * @returns {Promise<Map<string, string>>} name -> tarball
 */
export async function packAll(folder) {
  const manifest = readManifest()
  const { name, version, license } = manifest
  const packed = new Map([[name, (await pack(root, folder)).tarball]])
  for (const { name: platform, addon } of platformsOf(manifest)) {
    if (!existsSync(join(root, addon))) continue
    const source = join(folder, platform)
    mkdirSync(source)
    copyFileSync(join(root, addon), join(source, addon))
    const own = { name: platform, version, license, main: addon, files: [addon] }
    writeFileSync(join(source, 'package.json'), JSON.stringify(own))
    packed.set(platform, (await pack(source, folder)).tarball)
  }
  return packed
}

/**
 * Copies an application of examples/, whose lock file then has the package in the version of this checkout.
 * @param {string} from its folder
 * @param {string} to
 * @param {object} where
 * @param {(name: string, version: string) => string | undefined} where.own where npm finds the package or one of its platforms
 * @param {string} [where.others] the registry of all others
 */
export function copyExample(from, to, { own, others = USUAL }) {
  const { name, version } = readManifest()
  cpSync(from, to, { recursive: true, filter: (file) => basename(file) !== 'node_modules' })
  const file = join(to, 'package-lock.json')
  const lock = JSON.parse(readFileSync(file, 'utf8'))
  for (const [path, entry] of Object.entries(lock.packages)) {
    const dependency = path.replace('node_modules/', '')
    if (dependency === name || dependency.startsWith(`${name}-`)) {
      Object.assign(entry, { version, resolved: own(dependency, version) })
    } else if (entry.resolved) {
      entry.resolved = entry.resolved.replace(USUAL, others)
    }
  }
  writeFileSync(file, JSON.stringify(lock, null, 2))
}
