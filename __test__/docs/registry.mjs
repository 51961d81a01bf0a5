// An npm registry on this machine with this package and the addon of this platform, so that the commands of the docs can be run as
// they stand there. Everything else comes from the usual registry.

import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { npm, packedFiles } from '../../scripts/lib/npm.mjs'
import { startRegistry } from '../../scripts/release/registry.mjs'
import packages from '../helpers/package-folder.js'
import { ROOT } from './pages.mjs'

const { manifest } = packages

/**
 * Starts the registry, with the files in a folder. Resolves with `stop()` and the environment that makes npm use it.
 * @param {string} folder
 */
export async function startOwnRegistry(folder) {
  const registry = await startRegistry({ own: `${manifest.name}*`, folder: join(folder, 'registry') })
  const env = {
    npm_config_registry: registry.url,
    [`npm_config_${registry.url.replace('http:', '')}:_authToken`]: 'anybody', // it takes any
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_loglevel: 'error',
  }
  for (const published of [packages.platformPackage(folder, copyAddon), await stage(folder)]) {
    await npm(['publish', published, '--ignore-scripts'], { env })
  }
  return { env, stop: registry.stop }
}

/** The package as it is published, but with the addon of this platform alone. */
async function stage(folder) {
  const target = join(folder, manifest.name)
  for (const file of await packedFiles(ROOT)) {
    mkdirSync(dirname(join(target, file)), { recursive: true })
    cpSync(join(ROOT, file), join(target, file))
  }
  const optionalDependencies = { [packages.platformName()]: manifest.version }
  // Provenance is only for releases.
  writeFileSync(join(target, 'package.json'), JSON.stringify({ ...manifest, optionalDependencies, publishConfig: {} }))
  return target
}

/** npm packs no links. */
function copyAddon(target, addon) {
  cpSync(addon, join(target, basename(addon)))
}
