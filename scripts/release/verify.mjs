// Whether the package may be published: `npm publish` runs it as `prepublishOnly`, and pack.mjs for what it packs. It says
// everything that is missing at once.

import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packedFiles } from '../lib/npm.mjs'
import { root } from '../lib/process.mjs'
import { Failure, runAsProgram } from '../lib/program.mjs'
import { platformsOf, readManifest } from './packages.mjs'

/** @import { Manifest } from './packages.mjs' */

/** What must be in each package. */
export const NOTICES = ['LICENSE', 'THIRD-PARTY-NOTICES']

/**
 * Fails unless the package may be published.
 * @param {Manifest} [manifest] package.json as it is published, if it is not the one of the folder
 */
export async function verify(manifest = readManifest()) {
  const problems = [
    ...placeholders(manifest),
    ...platforms(manifest),
    ...versions(manifest),
    ...contents(manifest, await packedFiles(root)),
    ...loader(manifest),
    ...changes(),
  ]
  if (problems.length === 0) return
  throw new Failure(
    `${manifest.name} ${manifest.version} can't be published:\n${problems.map((line) => `- ${line}\n`).join('')}`,
  )
}

/** @param {Manifest} manifest */
function placeholders(manifest) {
  if (!/\bOWNER\b/.test(JSON.stringify(manifest))) return []
  return ['package.json has the placeholder OWNER. Write the owner of the repository there, in all places.']
}

/** @param {Manifest} manifest */
function platforms(manifest) {
  const { version, optionalDependencies = {} } = manifest
  const wrong = platformsOf(manifest).filter(({ name }) => optionalDependencies[name] !== version)
  if (wrong.length === 0) return []
  const found = wrong.map(({ name }) => `${name} (${optionalDependencies[name] ?? 'missing'})`)
  return [
    `optionalDependencies must have version ${version} of ${found.join(', ')}. \`node scripts/release/pack.mjs\` adds them.`,
  ]
}

/** @param {Manifest} manifest */
function versions({ name, version }) {
  const inPackage = new RegExp(`^name = "${name}"\nversion = "(.+)"`, 'm')
  const elsewhere = {
    'Cargo.toml': inPackage.exec(text('Cargo.toml'))?.[1],
    'Cargo.lock': inPackage.exec(text('Cargo.lock'))?.[1],
    'package-lock.json': JSON.parse(text('package-lock.json')).version,
  }
  const problems = Object.entries(elsewhere)
    .filter(([, other]) => other !== version)
    .map(([file, other]) => `${file} has version ${other}, not ${version}.`)
  const heading = new RegExp(`^## \\[${version.replaceAll('.', '\\.')}\\] - \\d{4}-\\d{2}-\\d{2}$`, 'm')
  if (!heading.test(text('CHANGELOG.md'))) problems.push(`CHANGELOG.md has no entry "## [${version}] - YYYY-MM-DD".`)
  return problems
}

/**
 * @param {Manifest} manifest
 * @param {string[]} files those of the tarball
 */
function contents({ files: listed }, files) {
  const addons = files.filter((file) => file.endsWith('.node'))
  const wanted = new Set([...listed.filter((entry) => !entry.startsWith('!')), ...NOTICES])
  const missing = [...wanted].filter((entry) => !files.some((file) => file === entry || file.startsWith(`${entry}/`)))
  return [
    ...addons.map((file) => `${file} would be in the tarball. Addons belong into the packages of the platforms.`),
    ...missing.map((entry) => `${entry} is missing.`),
  ]
}

/** @param {Manifest} manifest */
function loader(manifest) {
  if (!existsSync(join(root, 'native.js'))) return [] // it is listed in `files`
  const source = text('native.js')
  const absent = platformsOf(manifest).filter(({ name }) => !source.includes(`require('${name}')`))
  const problems = absent.map(({ name }) => `native.js does not load ${name}. Build again.`)
  if (!source.includes(`'${manifest.version}'`)) {
    problems.push(`native.js was built for another version than ${manifest.version}. Build again.`)
  }
  return problems
}

/** Files that differ from the last commit. */
function changes() {
  const status = execFileSync('git', ['status', '--porcelain'], { cwd: root, encoding: 'utf8' }).trimEnd()
  return status === '' ? [] : [`Files are not committed:\n${status.replace(/^/gm, '    ')}`]
}

/** @param {string} file */
function text(file) {
  return readFileSync(join(root, file), 'utf8')
}

await runAsProgram(import.meta.url, () => verify())
