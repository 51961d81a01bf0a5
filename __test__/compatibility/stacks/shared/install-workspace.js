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

const source = path.join(root, 'node_modules', 'connect-mongo-native')
const manifest = JSON.parse(fs.readFileSync(path.join(source, 'package.json'), 'utf8'))
const addon = fs.readdirSync(source).find((name) => name.endsWith('.node'))
const platform = `${manifest.name}-${addon.split('.').at(-2)}`

/** Puts files into a folder, as they are in a tarball, and packs them. */
function pack(name, entries, content) {
  const folder = path.join(packages, name)
  fs.mkdirSync(folder, { recursive: true })
  for (const entry of entries) fs.cpSync(path.join(source, entry), path.join(folder, entry), { recursive: true })
  fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify(content))
  run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', packages], folder)
  fs.renameSync(path.join(packages, `${name}-${manifest.version}.tgz`), path.join(packages, `${name}.tgz`))
}

const files = fs.readdirSync(source).filter((name) => !['node_modules', 'package.json', addon].includes(name))
const { version } = manifest
pack(manifest.name, files, { ...manifest, optionalDependencies: { [platform]: version } })
pack(platform, [addon], { name: platform, version, main: addon, files: [addon] })
run(process.execPath, process.argv.slice(2), project)
