// `node scripts/release/version.mjs 0.2.0`: gives the package a version, in every file that has it, and makes what the
// CHANGELOG calls unreleased the entry of this version. It commits nothing.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../lib/process.mjs'
import { Failure, runAsProgram } from '../lib/program.mjs'
import { readManifest } from './packages.mjs'

const UNRELEASED = '## [Unreleased]\n'

await runAsProgram(import.meta.url, () => {
  const [version = ''] = process.argv.slice(2)
  if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)) throw new Failure('version: give a version, such as 0.2.0.')
  const { name } = readManifest()
  const today = new Date().toISOString().slice(0, 10)

  const inCargo = new RegExp(`^(name = "${name}"\nversion = )".+"`, 'm')
  edit('package.json', (manifest) => ({ ...manifest, version }))
  edit('package-lock.json', ({ packages, ...lock }) => {
    return { ...lock, version, packages: { ...packages, '': { ...packages[''], version } } }
  })
  replace('Cargo.toml', inCargo, `$1"${version}"`)
  replace('Cargo.lock', inCargo, `$1"${version}"`)
  replace('CHANGELOG.md', UNRELEASED, `${UNRELEASED}\n## [${version}] - ${today}\n`)
  console.log(`version: ${name} is ${version}. The addon must be built again: its loader names the version.`)
})

/**
 * Changes a file of JSON, which stays in the form that npm gives it.
 * @param {string} file
 * @param {(content: any) => object} change
 */
function edit(file, change) {
  const path = join(root, file)
  writeFileSync(path, `${JSON.stringify(change(JSON.parse(readFileSync(path, 'utf8'))), null, 2)}\n`)
}

/**
 * Replaces the one place of a file.
 * @param {string} file
 * @param {string | RegExp} from
 * @param {string} to
 */
function replace(file, from, to) {
  const text = readFileSync(join(root, file), 'utf8')
  if (text.replace(from, '') === text) throw new Failure(`version: ${file} has not the form that is expected: ${from}`)
  writeFileSync(join(root, file), text.replace(from, to))
}
