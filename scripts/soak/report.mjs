// The table of a run, in Markdown.

import { markdownTable } from '../lib/markdown-table.mjs'

/** @typedef {import('./verdict.mjs').Figures} Figures */

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
  ['file descriptors at rest', change('fds')],
  ['sockets at rest', change('sockets')],
  ['threads at rest', change('threads')],
  ['handles of the event loop at rest', change('handles')],
  ['closed stores still in memory', change('stores')],
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

/** @param {'fds' | 'sockets' | 'threads' | 'handles' | 'stores'} name */
function change(name) {
  return (/** @type {Figures} */ { before, after }) => `${before[name]} → ${after[name]}`
}

/** @param {number} mb */
function perMinute(mb) {
  return `${mb.toFixed(2)} MB/min`
}
