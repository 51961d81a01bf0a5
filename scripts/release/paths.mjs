// The folders of this machine that a compiler would write into a binary, in messages of panics and in debug information:
// they tell nothing to users, and something about the machine.

import { execFileSync } from 'node:child_process'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { root } from '../lib/process.mjs'

/** The folders from which code is compiled, and the names that they get in a binary. */
export function sourceFolders() {
  const cargoHome = process.env.CARGO_HOME ?? join(homedir(), '.cargo')
  const sysroot = execFileSync('rustc', ['--print', 'sysroot'], { cwd: root, encoding: 'utf8' }).trim()
  return [
    { folder: root, name: 'connect-mongo-native' },
    { folder: join(cargoHome, 'registry', 'src'), name: 'crates' },
    { folder: join(sysroot, 'lib', 'rustlib', 'src', 'rust'), name: 'rust' },
  ]
}

/** What a path of any machine that builds contains. */
const MARKS = [
  '/home/',
  '/root/',
  '/Users/',
  ':\\Users\\',
  '.cargo/',
  '.cargo\\',
  '.rustup/',
  '.rustup\\',
  'rustlib/src',
]

/**
 * The first path of a machine that builds in a binary; undefined if there is none.
 * @param {Buffer} bytes
 */
export function foundPath(bytes) {
  const at = [root, homedir(), ...MARKS].map((text) => bytes.indexOf(text)).find((index) => index >= 0)
  if (at === undefined) return undefined
  const printable = (/** @type {number} */ byte) => byte >= 0x20 && byte < 0x7f
  let [start, end] = [at, at]
  while (start > 0 && at - start < 40 && printable(bytes[start - 1])) start -= 1
  while (end < bytes.length && end - at < 100 && printable(bytes[end])) end += 1
  return bytes.toString('latin1', start, end)
}
