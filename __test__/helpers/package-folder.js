'use strict'

// The package as it is installed: its published files, and nothing around them that a clone has.

const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { ROOT } = require('./child.js')

const manifest = require('../../package.json')

/** The addon of this clone, e.g. "connect-mongo-native.linux-x64-gnu.node". */
function addonFile() {
  return fs.readdirSync(ROOT).find((name) => name.startsWith(`${manifest.name}.`) && name.endsWith('.node'))
}

/** A new folder that is removed after the test. */
function temporaryFolder(t) {
  const folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'connect-mongo-native-'))
  t.after(() => fs.rmSync(folder, { recursive: true, force: true, maxRetries: 10 }))
  return folder
}

/**
 * A folder in whose node_modules are a copy of the package and the named packages, but no others. Removed after the
 * test.
 */
function packageFolder(t, packages) {
  const folder = temporaryFolder(t)
  const modules = path.join(folder, 'node_modules')
  const copy = path.join(modules, manifest.name)
  fs.mkdirSync(copy, { recursive: true })
  for (const name of ['package.json', ...manifest.files]) {
    if (fs.existsSync(path.join(ROOT, name)))
      fs.cpSync(path.join(ROOT, name), path.join(copy, name), { recursive: true })
  }
  fs.symlinkSync(path.join(ROOT, addonFile()), path.join(copy, addonFile()))
  for (const name of packages)
    fs.symlinkSync(path.join(ROOT, 'node_modules', name), path.join(modules, name), 'junction')
  return folder
}

module.exports = { addonFile, manifest, packageFolder, temporaryFolder }
