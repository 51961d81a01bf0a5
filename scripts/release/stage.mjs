// Puts the packages of a release together, each in a folder of npm/: what is in a folder is what is published. The checkout
// itself is not changed.

import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { NapiCli } from '@napi-rs/cli'
import { packedFiles } from '../lib/npm.mjs'
import { root } from '../lib/process.mjs'
import { Failure } from '../lib/program.mjs'
import { platformsOf, readManifest, STAGE } from './packages.mjs'
import { publishedReadme } from './readme.mjs'
import { NOTICES } from './verify.mjs'

/** @import { Manifest, Platform } from './packages.mjs' */

/**
 * The packages of the platforms, with the addons of the root folder.
 * @param {Manifest} manifest
 * @param {object} options
 * @param {boolean} options.builtOnly leaves out the platforms without an addon, which is an error otherwise
 * @returns {Promise<string[]>} their folders
 */
export async function stagePlatforms(manifest, { builtOnly }) {
  const inRoot = (/** @type {string} */ file) => existsSync(join(root, file))
  const platforms = platformsOf(manifest).filter(({ addon }) => !builtOnly || inRoot(addon))
  const missing = [...platforms.map(({ addon }) => addon), ...NOTICES].filter((file) => !inRoot(file))
  if (missing.length > 0) throw new Failure(`pack: not in the root folder: ${missing.join(', ')}`)

  rmSync(STAGE, { recursive: true, force: true })
  await new NapiCli().createNpmDirs({ cwd: root, npmDir: STAGE })
  return platforms.map((platform) => complete(platform, manifest))
}

/**
 * Adds to the folder of a platform what napi leaves out.
 * @param {Platform} platform
 * @param {Manifest} manifest
 */
function complete({ id, addon, glibc }, { publishConfig }) {
  const folder = join(STAGE, id)
  for (const file of [addon, ...NOTICES]) copyFileSync(join(root, file), join(folder, file))
  const manifest = readManifest(folder)
  write(folder, {
    ...manifest,
    files: [...manifest.files, ...NOTICES],
    ...(glibc && { libc: ['glibc'] }), // napi knows no glibc for ARMv7
    publishConfig,
  })
  return folder
}

/**
 * The package that people install.
 * @param {Manifest} manifest as it is published
 * @returns {Promise<string>} its folder
 */
export async function stagePackage(manifest) {
  const folder = join(STAGE, manifest.name)
  for (const file of await packedFiles(root)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    cpSync(join(root, file), join(folder, file))
  }
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  writeFileSync(join(folder, 'README.md'), publishedReadme(readme, manifest))
  write(folder, manifest)
  return folder
}

/**
 * @param {string} folder
 * @param {object} manifest
 */
function write(folder, manifest) {
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
}
