// The packages of a release: one for each platform, with the addon, and the one that people install. As a program, it prints
// their names, in the order in which they are published.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseTriple } from '@napi-rs/cli'
import { root } from '../lib/process.mjs'
import { runAsProgram } from '../lib/program.mjs'

/**
 * The part of package.json that a release is made of.
 * @typedef {object} Manifest
 * @property {string} name
 * @property {string} version
 * @property {string} license
 * @property {Record<string, string>} dependencies
 * @property {string[]} files
 * @property {{ url: string }} repository
 * @property {Record<string, unknown>} publishConfig
 * @property {{ binaryName: string, targets: string[] }} napi
 * @property {Record<string, string>} [optionalDependencies]
 */

/**
 * @typedef {object} Platform
 * @property {string} id such as `linux-x64-gnu`
 * @property {string} name of its package
 * @property {string} addon the name of its file
 * @property {boolean} glibc whether it needs glibc
 */

/** Where the packages are put together, and the tarballs made of them. Not in git. */
export const STAGE = join(root, 'npm')
export const TARBALLS = join(STAGE, 'tarballs')

/**
 * Reads a package.json.
 * @param {string} [folder]
 * @returns {Manifest}
 */
export function readManifest(folder = root) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}

/**
 * The platforms that have a package.
 * @param {Manifest} manifest
 * @returns {Platform[]}
 */
export function platformsOf({ name, napi }) {
  return napi.targets.map((target) => {
    const { platformArchABI: id, abi } = parseTriple(target)
    return { id, name: `${name}-${id}`, addon: `${napi.binaryName}.${id}.node`, glibc: abi?.startsWith('gnu') ?? false }
  })
}

/**
 * The manifest as it is published: with the packages of the platforms, of which npm installs the one that fits. In the
 * repository they are left out, since `npm ci` would look for packages that are not published yet.
 * @param {Manifest} manifest
 * @returns {Manifest}
 */
export function published(manifest) {
  const platforms = platformsOf(manifest).map(({ name }) => [name, manifest.version])
  return { ...manifest, optionalDependencies: Object.fromEntries(platforms) }
}

await runAsProgram(import.meta.url, () => {
  const manifest = readManifest()
  for (const { name } of [...platformsOf(manifest), manifest]) console.log(name)
})
