'use strict'

// Installs the workspace in `project/` by a package manager, whose command is in the arguments. The packages under test
// are tarballs there, as npm has them once they are published: the package, and one with the addon.

const { execFileSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')

const root = path.join(__dirname, '..')
const project = path.join(root, 'project')
const packages = path.join(project, 'packages')
const run = (program, args, cwd) => execFileSync(program, args, { cwd, stdio: 'inherit' })

/** Packs an installed package. Returns its manifest. */
function pack(name) {
  const folder = path.join(root, 'node_modules', name)
  const manifest = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'))
  run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', packages], folder)
  fs.renameSync(path.join(packages, `${name}-${manifest.version}.tgz`), path.join(packages, `${name}.tgz`))
  return manifest
}

fs.mkdirSync(packages, { recursive: true })
const { optionalDependencies } = pack('connect-mongo-native')
for (const name of Object.keys(optionalDependencies)) pack(name)
run(process.execPath, process.argv.slice(2), project)
