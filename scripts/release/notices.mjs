// Writes THIRD-PARTY-NOTICES: what the addon contains besides our own code, and the licences under which it may. With
// `--check` it writes nothing, and fails if the file is out of date. It also fails if a licence is not one of those below.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import satisfies from 'spdx-satisfies'
import { root } from '../lib/process.mjs'
import { Failure, runAsProgram } from '../lib/program.mjs'
import { licenceTexts, linkedCrates } from './crates.mjs'

/** @typedef {import('./crates.mjs').Crate} Crate */

/** The licences that we accept: permissive ones, which ask for no more than this file. */
const ACCEPTED = [
  ...['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'CC0-1.0', 'CDLA-Permissive-2.0', 'ISC', 'MIT'],
  ...['Unicode-3.0', 'Zlib'],
]

/** Part of every Rust program. Its version is that of the compiler. */
const STANDARD_LIBRARY = {
  name: 'The Rust standard library',
  version: '',
  license: 'MIT OR Apache-2.0',
  authors: ['The Rust Project Contributors'],
  repository: 'https://github.com/rust-lang/rust',
}

const RULE = '-'.repeat(80)

/**
 * The whole file.
 * @param {Crate[]} crates
 */
export function notices(crates) {
  const refused = crates.filter(({ license }) => !isAccepted(license))
  if (refused.length > 0) {
    const names = refused.map((crate) => `${titleOf(crate)}: ${crate.license}`)
    throw new Failure(
      `notices: these licences are not accepted (scripts/release/notices.mjs):\n  ${names.join('\n  ')}`,
    )
  }
  const parts = [STANDARD_LIBRARY, ...crates]
  const list = parts.map((part) => `- ${titleOf(part)} (${part.license}) ${part.repository ?? ''}`.trimEnd())
  const texts = [...usersByText(crates)].map(([text, users]) => `${RULE}\n${users.join(', ')}\n\n${text}\n`)
  return `The addon of connect-mongo-native contains this software:\n\n${list.join('\n')}\n\n${texts.join('\n')}`
}

/**
 * Each different text of a licence, with the names of those that come with it.
 * @param {Crate[]} crates
 */
function usersByText(crates) {
  /** @type {Map<string, { text: string, users: Set<string> }>} */
  const texts = new Map()
  /** @type {(user: string, text: string) => void} */
  const add = (user, text) => {
    const words = text.split(/\s+/).join(' ') // the same text is often broken into other lines
    const { users } = texts.get(words) ?? { users: new Set() }
    texts.set(words, { text, users: users.add(user) })
  }
  add(titleOf(STANDARD_LIBRARY), mit(STANDARD_LIBRARY))
  const apache = crates.flatMap(licenceTexts).find(isApache)
  for (const crate of crates) for (const text of textsOf(crate, apache)) add(titleOf(crate), text)
  return new Map([...texts.values()].map(({ text, users }) => [text, [...users]]))
}

/**
 * The texts that come with a crate, without the long one of Apache-2.0 where MIT may be chosen instead. Some packages have
 * forgotten theirs: then it is the general one.
 * @param {Crate} crate
 * @param {string | undefined} apache the text of Apache-2.0, which names nobody
 */
function textsOf(crate, apache) {
  const isMit = satisfies(crate.license, ['MIT'])
  const texts = licenceTexts(crate).filter((text) => !isMit || !isApache(text))
  if (texts.length > 0) return texts
  if (isMit) return [mit(crate)]
  if (apache && satisfies(crate.license, ['Apache-2.0'])) return [apache]
  throw new Failure(`notices: ${titleOf(crate)} has no text of its licence, ${crate.license}.`)
}

/** @param {string} text */
function isApache(text) {
  return /^\W*Apache License\s+Version 2\.0/.test(text)
}

/**
 * The MIT licence of others: the text of our own, with their names.
 * @param {{ name: string, authors: string[] }} owner
 */
function mit({ name, authors }) {
  const owners = authors.length > 0 ? authors.join(', ') : `the authors of ${name}`
  return readFileSync(join(root, 'LICENSE'), 'utf8')
    .replace(/^Copyright .*$/m, `Copyright (c) ${owners}`)
    .trim()
}

/** @param {string} license */
function isAccepted(license) {
  return license !== 'none' && satisfies(license, ACCEPTED)
}

/** @param {{ name: string, version: string }} part */
function titleOf({ name, version }) {
  return `${name} ${version}`.trimEnd()
}

await runAsProgram(import.meta.url, () => {
  const { values } = parseArgs({ options: { check: { type: 'boolean' } } })
  const { napi } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const file = join(root, 'THIRD-PARTY-NOTICES')
  const content = notices(linkedCrates(napi.targets))
  if (!values.check) return writeFileSync(file, content)
  if (readFileSync(file, 'utf8').replaceAll('\r\n', '\n') !== content) {
    throw new Failure('THIRD-PARTY-NOTICES is out of date. Run `node scripts/release/notices.mjs`.')
  }
})
