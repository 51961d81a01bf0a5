// The crates that are linked into the addon, and the texts of their licences.

import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { root } from '../lib/process.mjs'

/**
 * @typedef {object} Crate
 * @property {string} name
 * @property {string} version
 * @property {string} license an SPDX expression
 * @property {string[]} authors
 * @property {string | null} repository
 * @property {string} manifest_path
 */

const LICENCE_FILE = /^((un)?licen[cs]e|copying|notice|copyright)/i
/** The GPL, which zstd offers as an alternative to the BSD licence that is chosen here. */
const NOT_CHOSEN = new Set(['zstd-sys: zstd/COPYING'])

/**
 * All crates that are linked into the addon of any target, in alphabetical order.
 * @param {string[]} targets triples
 * @returns {Crate[]}
 */
export function linkedCrates(targets) {
  const platforms = targets.flatMap((target) => ['--filter-platform', target])
  /** @type {{ packages: Crate[] }} */
  const { packages } = JSON.parse(cargo(['metadata', '--format-version', '1', ...platforms]))
  // Of both, only `tree` knows which optional dependencies are left out. Macros run when the addon is compiled.
  const edges = ['--edges', 'normal,no-proc-macro', '--prefix', 'none', '--format', '{p}']
  const tree = cargo(['tree', ...edges, ...targets.flatMap((target) => ['--target', target])])
  const linked = new Set(tree.split('\n').map((line) => line.split(' ', 2).join(' ')))
  return packages
    .filter(({ name, version, manifest_path }) => linked.has(`${name} v${version}`) && dirname(manifest_path) !== root)
    .map((crate) => ({ ...crate, license: (crate.license ?? 'none').replaceAll('/', ' OR ') }))
    .sort((one, other) => `${one.name} ${one.version}`.localeCompare(`${other.name} ${other.version}`, 'en'))
}

/**
 * The texts of a crate's licences, also of code from elsewhere in it.
 * @param {Crate} crate
 * @returns {string[]}
 */
export function licenceTexts({ name, manifest_path }) {
  const folder = dirname(manifest_path)
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && LICENCE_FILE.test(entry.name) && !entry.name.endsWith('.rs'))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
    .filter((file) => !NOT_CHOSEN.has(`${name}: ${file}`))
    .sort()
    .map((file) => readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim())
}

/** @param {string[]} args */
function cargo(args) {
  return execFileSync('cargo', [...args, '--locked'], { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 })
}
