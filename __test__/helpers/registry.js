'use strict'

// An npm registry on this machine that has this package, as if it were published, with the addon of this machine only.
// Package managers get everything else from their usual registry.

const fs = require('node:fs')
const path = require('node:path')
const { after, before } = require('node:test')
const { ROOT } = require('./child.js')
const { npm, packedFiles } = require('./npm.js')
const { manifest, platformName, platformPackage, temporaryFolder } = require('./package-folder.js')

/**
 * Starts the registry, with its files in a folder. Resolves with its `url`, the environment `env` that makes npm use it, and
 * `stop()`.
 */
async function startOwnRegistry(folder) {
  const { startRegistry } = await import('../../scripts/release/registry.mjs')
  const { url, stop } = await startRegistry({ own: `${manifest.name}*`, folder: path.join(folder, 'registry') })
  const env = {
    npm_config_registry: url,
    [`npm_config_${url.replace('http:', '')}:_authToken`]: 'anybody', // npm wants a token, and this registry takes any
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_loglevel: 'error',
  }
  for (const cwd of [platformPackage(folder, copyInto), await mainPackage(folder)]) await npm(['publish'], { cwd, env })
  return { url, env, stop }
}

/** For a whole test file, called at its top. The returned object has the registry's `url` when the tests run. */
function useRegistry() {
  const registry = {}
  const folder = temporaryFolder({ after })
  before(async () => Object.assign(registry, await startOwnRegistry(folder)))
  after(() => registry.stop?.())
  return registry
}

/** The package that people install. Its only optional dependency is the package with this machine's addon. */
async function mainPackage(folder) {
  const target = path.join(folder, manifest.name)
  for (const file of await packedFiles()) fs.cpSync(path.join(ROOT, file), path.join(target, file))
  const optionalDependencies = { [platformName()]: manifest.version }
  // Scripts and provenance are only for releases.
  const published = { ...manifest, optionalDependencies, scripts: undefined, publishConfig: undefined }
  fs.writeFileSync(path.join(target, 'package.json'), JSON.stringify(published))
  return target
}

/** npm leaves links out of a tarball. */
function copyInto(target, addon) {
  fs.copyFileSync(addon, path.join(target, path.basename(addon)))
}

module.exports = { startOwnRegistry, useRegistry }
