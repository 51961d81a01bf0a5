'use strict'

// An npm registry on this machine that has this package, as if it were published, with the addon of this machine only.
// Package managers get everything else from their usual registry.

const fs = require('node:fs')
const path = require('node:path')
const { before, after } = require('node:test')
const { npm, packedFiles } = require('../../helpers/npm.js')
const { ROOT } = require('../../helpers/child.js')
const { manifest, platformName, platformPackage, temporaryFolder } = require('../../helpers/package-folder.js')

/** For a whole test file, called at its top. The returned object has the registry's `url` when the tests run. */
function useRegistry() {
  const registry = {}
  const folder = temporaryFolder({ after })
  before(async () => {
    const { startRegistry } = await import('../../../scripts/release/registry.mjs')
    Object.assign(registry, await startRegistry({ own: `${manifest.name}*`, folder }))
    await publish(registry.url, platformPackage(folder, copyInto))
    await publish(registry.url, await mainPackage(folder))
  })
  after(() => registry.stop?.())
  return registry
}

/** The package that people install. Its only optional dependency is the package with this machine's addon. */
async function mainPackage(folder) {
  const target = path.join(folder, manifest.name)
  for (const file of await packedFiles()) fs.cpSync(path.join(ROOT, file), path.join(target, file))
  const optionalDependencies = { [platformName()]: manifest.version }
  const published = { ...manifest, optionalDependencies, scripts: undefined, publishConfig: undefined }
  fs.writeFileSync(path.join(target, 'package.json'), JSON.stringify(published))
  return target
}

/** npm leaves links out of a tarball. */
function copyInto(target, addon) {
  fs.copyFileSync(addon, path.join(target, path.basename(addon)))
}

function publish(url, cwd) {
  // npm publishes nothing without a token. This registry takes any.
  const token = { [`npm_config_${url.replace('http:', '')}:_authToken`]: 'any' }
  return npm(['publish', '--registry', url, '--loglevel=error'], { cwd, env: token })
}

module.exports = { useRegistry }
