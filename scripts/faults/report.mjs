// The table of a run, in Markdown.

import { markdownTable } from '../lib/markdown-table.mjs'

/** @typedef {import('./verdict.mjs').Figures} Figures */

/**
 * The columns: a title and what stands below it.
 * @type {[title: string, cell: (figures: Figures) => string][]}
 */
const COLUMNS = [
  ['operations', ({ operations }) => operations.toLocaleString('en')],
  ['errors', ({ errors }) => errors.toLocaleString('en')],
  ['longest operation', ({ longest }) => seconds(longest)],
  ['longest outage', ({ outage }) => seconds(outage)],
  ['longest stall', ({ stall }) => seconds(stall)],
  ['answers that lack an acknowledged write', ({ lost }) => lost.toLocaleString('en')],
  ['answers that show an undone logout', ({ undone }) => undone.toLocaleString('en')],
  ['machine', ({ hiccup }) => seconds(hiccup)],
]

/**
 * @param {{ name: string, figures: Figures }[]} rows
 */
export function table(rows) {
  return markdownTable([
    ['', ...COLUMNS.map(([title]) => title)],
    ...rows.map(({ name, figures }) => [name, ...COLUMNS.map(([, cell]) => cell(figures))]),
  ])
}

/** @param {number} ms */
function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`
}
