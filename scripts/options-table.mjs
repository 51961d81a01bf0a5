// Writes the table of all mongoOptions into docs/options.md, from the data that the code acts by. Run it after a change
// of lib/settings/driver-options.js; a test fails as long as the page says otherwise.

import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { root, runAsProgram } from './lib/process.mjs'

const PAGE = join(root, 'docs', 'options.md')
const START = '<!-- The table of mongoOptions, by scripts/options-table.mjs -->\n'
const END = '<!-- End of the table -->\n'

const code = (text) => `\`${text}\``

function fateOf(name, { to, gone, refused, ask, group }) {
  if (group) return 'what is inside counts as if it stood outside'
  if (gone) return `no effect: ${gone}`
  if (refused) return `refused: ${refused}${ask ? `; ${code(ask)} is taken` : ''}`
  if (to.length === 1 && to[0] === name) return 'taken over'
  return `taken over as ${to.map((part) => (/ /.test(part) ? part : code(part))).join(', ')}`
}

function table({ OPTIONS }) {
  const rows = Object.entries(OPTIONS).map(
    ([name, [drivers, fate]]) =>
      `| ${code(name)} | ${drivers.replaceAll('-', '–').replace(/\bm\b/, 'mongoose').replaceAll(' ', ', ')} | ${fateOf(name, fate)} |\n`,
  )
  return `| option | drivers | here |\n|---|---|---|\n${rows.join('')}`
}

/** The page as it is, and as it should be. */
export function optionsPage() {
  const now = readFileSync(PAGE, 'utf8')
  const data = createRequire(import.meta.url)('../lib/settings/driver-options.js')
  const [before, rest = ''] = now.split(START)
  const [, after = ''] = rest.split(END)
  return { now, wanted: `${before}${START}\n${table(data)}\n${END}${after}` }
}

await runAsProgram(import.meta.url, () => writeFileSync(PAGE, optionsPage().wanted))
