// How charts look. Each peer has the same colour in all charts. A chart has a background of its own, so that it looks the
// same on light and on dark pages.

import { OURS, PEERS, THEIRS } from '../peers.mjs'

/**
 * Colours that people with colour blindness can tell apart. Ours stands out.
 * @type {Record<string, string | undefined>}
 */
const COLOURS = {
  [OURS]: '#d9480f',
  [THEIRS]: '#1864ab',
  'connect-redis': '#7b5ea7',
  'connect-mongodb-session': '#4ba3c7',
  MemoryStore: '#868e96',
}

const INK = '#343a40'
const FAINT = '#6c757d'

/**
 * The colour scale of a chart; the key has the given peers only.
 * @param {Set<string>} peers
 */
export function colourScale(peers) {
  const names = PEERS.map(({ name }) => name).filter((name) => peers.has(name))
  return { domain: names, range: names.map((name) => COLOURS[name] ?? FAINT) }
}

/** The order of peers in bars and keys. */
export const PEER_ORDER = PEERS.map(({ name }) => name)

/**
 * A title, with a line below it that says what was measured.
 * @param {string} text
 * @param {string | string[]} subtitle
 * @returns {import('vega-lite').TopLevelSpec['title']}
 */
export function titled(text, subtitle) {
  return { text, subtitle, anchor: 'start', frame: 'group', offset: 18 }
}

/**
 * The configuration of Vega-Lite.
 * @satisfies {import('vega-lite').Config}
 */
export const CONFIG = {
  background: '#ffffff',
  padding: 20,
  font: 'system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif',
  view: { stroke: null },
  title: {
    color: INK,
    fontSize: 17,
    fontWeight: 600,
    subtitleColor: FAINT,
    subtitleFontSize: 12.5,
    subtitlePadding: 5,
  },
  axis: {
    labelColor: FAINT,
    titleColor: INK,
    labelFontSize: 11.5,
    titleFontSize: 12,
    titleFontWeight: 500,
    titlePadding: 8,
    labelFlush: false,
    gridColor: '#e9ecef',
    domainColor: '#ced4da',
    tickColor: '#ced4da',
  },
  header: { labelColor: INK, labelFontSize: 13.5, labelFontWeight: 600, titleColor: INK, titleFontSize: 12 },
  legend: {
    labelColor: INK,
    labelFontSize: 12,
    orient: 'top',
    symbolSize: 110,
    labelLimit: 260,
    columnPadding: 10,
    offset: 10,
  },
  bar: { cornerRadiusEnd: 2 },
}

/** The mark that prints the numbers at the ends of bars. */
export const LABEL = /** @type {const} */ ({
  type: 'text',
  align: 'left',
  baseline: 'middle',
  dx: 5,
  fontSize: 11.5,
  color: INK,
})
