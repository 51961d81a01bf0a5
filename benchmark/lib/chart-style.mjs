// How charts look: one colour for each peer in all of them, on a card of their own, so that they read the same on a
// light and on a dark page.

import { OURS, PEERS, THEIRS } from '../peers.mjs'

/** Colours that people tell apart whatever colours they see; ours stands out. */
const COLOURS = {
  [OURS]: '#d9480f',
  [THEIRS]: '#1864ab',
  'connect-redis': '#7b5ea7',
  'connect-mongodb-session': '#4ba3c7',
  MemoryStore: '#868e96',
}

const INK = '#343a40'
const FAINT = '#6c757d'

/** The scale of all charts that colour by peer; only those that are shown have a key. */
export function colourScale(peers) {
  const names = PEERS.map(({ name }) => name).filter((name) => peers.has(name))
  return { domain: names, range: names.map((name) => COLOURS[name]) }
}

/** The order of peers in bars and keys. */
export const PEER_ORDER = PEERS.map(({ name }) => name)

/** A title with a line below it that says what was measured. */
export function titled(text, subtitle) {
  return { text, subtitle, anchor: 'start', frame: 'group', offset: 18 }
}

/** The configuration of Vega-Lite. */
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

/** The mark of numbers at the end of bars. */
export const LABEL = { type: 'text', align: 'left', baseline: 'middle', dx: 5, fontSize: 11.5, color: INK }
