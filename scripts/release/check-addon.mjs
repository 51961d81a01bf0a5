// Whether a built addon may be published: `node scripts/release/check-addon.mjs FILE…`. Prints what is wrong with a file, and
// then ends with 1. `--sizes` looks at nothing but the size, of all release builds in target/.

import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { root } from '../lib/process.mjs'
import { Failure, runAsProgram } from '../lib/program.mjs'
import { isElf, readElf } from './elf.mjs'
import { foundPath } from './paths.mjs'

/** The C library that the Linux builds are linked against, unless they are for musl: that of 2012. */
export const GLIBC = '2.17'
/** How large an addon may be, in bytes. */
const LARGEST = 9_000_000
/** The function that Node calls when it loads an addon. */
const ENTRY = 'napi_register_module_v1'
/** The libraries that every Linux with Node has: those of glibc, of musl, and the one that unwinds the stack. */
const LIBRARIES = /^(lib(c|m|pthread|dl|rt|gcc_s)\.so(\.\d+)?|ld-linux-[\w-]+\.so\.\d|libc\.musl-\w+\.so\.1)$/
/** What cargo calls the addon, by platform. */
const LIBRARY_NAMES = ['libconnect_mongo_native.so', 'libconnect_mongo_native.dylib', 'connect_mongo_native.dll']

/**
 * What is wrong with an addon, a sentence for each.
 * @param {Buffer} bytes
 * @returns {string[]}
 */
export function problemsOf(bytes) {
  const path = foundPath(bytes)
  return [
    ...problemsOfSize(bytes.length),
    ...(path === undefined ? [] : [`It contains a path of the machine that built it: ${path}`]),
    ...(isElf(bytes) ? problemsOfElf(bytes) : isOther(bytes) ? [] : ['It is neither ELF nor Mach-O nor PE.']),
  ]
}

/** @param {number} size */
function problemsOfSize(size) {
  return size > LARGEST ? [`It has ${size} bytes, more than ${LARGEST}.`] : []
}

/** @param {Buffer} bytes */
function problemsOfElf(bytes) {
  const { needed, versions, exported, stripped } = readElf(bytes)
  const tooNew = glibcVersions(versions).filter((version) => inOrder(version, `GLIBC_${GLIBC}`) > 0)
  const foreign = needed.filter((library) => !LIBRARIES.test(library))
  return [
    ...(stripped ? [] : ['It is not stripped.']),
    ...(exported.includes(ENTRY) ? [] : [`It does not export ${ENTRY}.`]),
    ...(tooNew.length > 0 ? [`It needs ${tooNew.join(', ')}; the newest allowed is GLIBC_${GLIBC}.`] : []),
    ...(foreign.length > 0 ? [`It needs ${foreign.join(', ')}, which not every system has.`] : []),
  ]
}

/**
 * The versions of glibc's symbols, in ascending order.
 * @param {string[]} versions
 */
function glibcVersions(versions) {
  return versions.filter((version) => version.startsWith('GLIBC_')).sort(inOrder)
}

/**
 * @param {string} one
 * @param {string} other
 */
function inOrder(one, other) {
  return one.localeCompare(other, 'en', { numeric: true })
}

/**
 * Whether a file is Mach-O or PE, by its first bytes.
 * @param {Buffer} bytes
 */
function isOther(bytes) {
  return bytes.readUInt32LE(0) === 0xfeedfacf || bytes.toString('latin1', 0, 2) === 'MZ'
}

/**
 * Fails unless an addon may be published.
 * @param {string} file
 */
export function checkAddon(file) {
  const bytes = readFileSync(file)
  const problems = problemsOf(bytes)
  if (problems.length > 0) throw new Failure(`${basename(file)} can't be published.\n  ${problems.join('\n  ')}`)
  console.log(`${basename(file)}: ${bytes.length} bytes${isElf(bytes) ? `, ${needs(bytes)}` : ''}`)
}

/** Fails if one of the release builds that cargo has made here is too large. They may be for this machine only. */
function checkSizes() {
  const target = join(root, 'target')
  const files = (existsSync(target) ? readdirSync(target) : [])
    .flatMap((triple) => LIBRARY_NAMES.map((name) => join(target, triple, 'release', name)))
    .filter((file) => existsSync(file))
  if (files.length === 0) console.log('There is no release build to check.')
  for (const file of files) {
    const { size } = statSync(file)
    const [problem] = problemsOfSize(size)
    if (problem) throw new Failure(`${relative(root, file)}: ${problem}`)
    console.log(`${relative(root, file)}: ${size} bytes, of ${LARGEST}`)
  }
}

/**
 * What a Linux addon needs of a system.
 * @param {Buffer} bytes
 */
function needs(bytes) {
  const { needed, versions } = readElf(bytes)
  const newest = glibcVersions(versions).at(-1)
  return `needs ${[...needed, newest].filter(Boolean).join(', ')}`
}

await runAsProgram(import.meta.url, () => {
  const { values, positionals } = parseArgs({ options: { sizes: { type: 'boolean' } }, allowPositionals: true })
  if (values.sizes) return checkSizes()
  if (positionals.length === 0) {
    throw new Failure('check-addon: name the files, e.g. connect-mongo-native.linux-x64-gnu.node')
  }
  for (const file of positionals) checkAddon(file)
})
