// Generates the table of mongoOptions in docs/options.md from lib/settings/driver-options.js, the data that the store
// itself uses. Run it after a change to that file: a test fails while the page differs.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { OPTIONS } from '../lib/settings/driver-options.js'
import { OWN_CLIENT } from '../lib/settings/fates.js'
import { root } from './lib/process.mjs'
import { runAsProgram } from './lib/program.mjs'

/** @typedef {import('../lib/settings/fates.js').Fate} Fate */

const PAGE = join(root, 'docs', 'options.md')
const START = '<!-- The table of mongoOptions, by scripts/options-table.mjs -->\n'
const END = '<!-- End of the table -->\n'

/** The page as it is now, and as it should be. */
export function optionsPage() {
  const now = readFileSync(PAGE, 'utf8')
  const [before, rest = ''] = now.split(START)
  const [, after = ''] = rest.split(END)
  return { now, wanted: `${before}${START}\n${table()}\n${END}${after}` }
}

/** Brings the page up to date. */
export function writeOptionsPage() {
  writeFileSync(PAGE, optionsPage().wanted)
}

function table() {
  const rows = Object.entries(OPTIONS).map(
    ([name, [drivers, fate]]) => `| ${code(name)} | ${driversText(drivers)} | ${fateText(name, fate)} |\n`,
  )
  return `| option | drivers | here |\n|---|---|---|\n${rows.join('')}`
}

/** @param {string} drivers e.g. `2-7 m`, where m is mongoose */
function driversText(drivers) {
  return drivers.replaceAll('-', '–').replace(/\bm\b/, 'mongoose').replaceAll(' ', ', ')
}

/**
 * @param {string} name
 * @param {Fate} fate
 */
function fateText(name, { to = [], gone, refused, remedy, takes, group }) {
  if (group) return 'its options count as if they stood outside it'
  if (gone) return `no effect: ${gone}`
  if (refused) {
    const hint = remedy === OWN_CLIENT ? '' : `; ${remedy}`
    const exception = takes ? `, except for ${code(takes[0])}` : ''
    return `through the \`mongodb\` package${exception}: ${refused}${hint}`
  }
  if (to.length === 1 && to[0] === name) return 'supported'
  return `sets ${to.map((part) => (/ /.test(part) ? part : code(part))).join(', ')}`
}

/** @param {string} text */
function code(text) {
  return `\`${text}\``
}

await runAsProgram(import.meta.url, writeOptionsPage)
