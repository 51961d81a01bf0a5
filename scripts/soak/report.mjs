// The table of a run, in Markdown.

import { markdownTable } from '../lib/markdown-table.mjs'

/** @typedef {import('./level.mjs').Count} Count */
/** @typedef {import('./level.mjs').Level} Level */
/** @typedef {import('./verdict.mjs').Figures} Figures */

/** @type {[title: string, name: Count][]} */
const TITLES = [
  ['file descriptors', 'fds'],
  ['sockets', 'sockets'],
  ['threads', 'threads'],
  ['handles of the event loop', 'handles'],
]

/**
 * The lines: a title and what stands beside it.
 * @type {[title: string, cell: (figures: Figures) => string][]}
 */
const LINES = [
  ['operations', ({ operations }) => operations.toLocaleString('en')],
  ['of these, bound to fail', ({ refused }) => refused.toLocaleString('en')],
  ['errors', ({ errors }) => String(errors)],
  ['wrong reads', ({ wrong }) => String(wrong)],
  ['faults', ({ faults }) => String(faults)],
  ['stores opened and closed', ({ stores }) => String(stores)],
  ['resident memory', ({ rss }) => `${rss.first.toFixed(0)} → ${rss.last.toFixed(0)} MB`],
  ['growth of resident memory', ({ growth }) => perMinute(growth.rss)],
  ['growth of the JavaScript heap', ({ growth }) => perMinute(growth.heap)],
  ...TITLES.map(([title, name]) => line(`${title} with idle stores`, name, ({ idle }) => idle)),
  ...TITLES.map(([title, name]) => line(`${title} at rest`, name, (figures) => figures)),
  ['closed stores still in memory', ({ before, after }) => `${before.stores} → ${after.stores}`],
  ['their connections', ({ before, after }) => `${before.connections.left} → ${after.connections.left}`],
  ['all connections of the servers', ({ before, after }) => `${before.connections.all} → ${after.connections.all}`],
]

/**
 * @param {string} name of what was run
 * @param {Figures} figures
 */
export function report(name, figures) {
  return markdownTable([['', name], ...LINES.map(([title, cell]) => [title, cell(figures)])])
}

/**
 * @param {string} title
 * @param {Count} name
 * @param {(figures: Figures) => { before: Level, after: Level }} levelsOf
 * @returns {[title: string, cell: (figures: Figures) => string]}
 */
function line(title, name, levelsOf) {
  return [
    title,
    (figures) => {
      const { before, after } = levelsOf(figures)
      return `${before[name]} → ${after[name]}`
    },
  ]
}

/** @param {number} mb */
function perMinute(mb) {
  return `${mb.toFixed(2)} MB/min`
}
