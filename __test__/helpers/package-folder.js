'use strict'

// The package as installed: its published files, without the rest of the clone.

const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { ROOT } = require('./child.js')

const manifest = require('../../package.json')

/** The file name of this clone's addon, e.g. "connect-mongo-native.linux-x64-gnu.node". */
function addonFile() {
  return fs.readdirSync(ROOT).find((name) => name.startsWith(`${manifest.name}.`) && name.endsWith('.node'))
}

/** A new folder, removed after the test. */
function temporaryFolder(t) {
  const folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'connect-mongo-native-'))
  t.after(() => fs.rmSync(folder, { recursive: true, force: true, maxRetries: 10 }))
  return folder
}

/**
 * A folder whose node_modules contains a copy of the package, with its dependencies in a node_modules of its own, and only
 * the named packages. Removed after the test. `place(copy, addon)` puts the file of this clone's addon where it is wanted;
 * by default it is linked into the package.
 */
function packageFolder(t, packages, place = linkInto) {
  const folder = temporaryFolder(t)
  const modules = path.join(folder, 'node_modules')
  const copy = path.join(modules, manifest.name)
  fs.mkdirSync(copy, { recursive: true })
  for (const name of ['package.json', ...manifest.files]) {
    if (fs.existsSync(path.join(ROOT, name)))
      fs.cpSync(path.join(ROOT, name), path.join(copy, name), { recursive: true })
  }
  place(copy, path.join(ROOT, addonFile()))
  const link = (name, into) => {
    fs.mkdirSync(path.dirname(path.join(into, name)), { recursive: true }) // the scope's
    fs.symlinkSync(path.join(ROOT, 'node_modules', name), path.join(into, name), 'junction')
  }
  const own = path.join(copy, 'node_modules')
  fs.mkdirSync(own)
  for (const name of Object.keys(manifest.dependencies)) link(name, own)
  for (const name of packages) link(name, modules)
  return folder
}

/** The name of the package with the addon of this clone's platform, e.g. "connect-mongo-native-linux-x64-gnu". */
function platformName() {
  return `${manifest.name}-${addonFile().slice(manifest.name.length + 1, -'.node'.length)}`
}

/**
 * Makes the package with the addon of this clone's platform in a folder. `place(target, addon)` puts the addon's file there; by
 * default it is linked. Returns the package's folder.
 */
function platformPackage(folder, place = linkInto) {
  const name = platformName()
  const target = path.join(folder, name)
  const main = addonFile()
  fs.mkdirSync(target)
  place(target, path.join(ROOT, main))
  fs.writeFileSync(
    path.join(target, 'package.json'),
    JSON.stringify({ name, version: manifest.version, main, files: [main] }),
  )
  return target
}

function linkInto(copy, addon) {
  fs.symlinkSync(addon, path.join(copy, path.basename(addon)))
}

module.exports = { addonFile, linkInto, manifest, packageFolder, platformName, platformPackage, temporaryFolder }
