// Draws the charts of a run as SVG, with Vega-Lite and without a browser. A chart is left out if its figures were not
// measured. As a program, it draws the charts of a file of results: `charts.mjs [results.json] [folder]`.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as vega from 'vega'
import { compile } from 'vega-lite'
import { root } from '../scripts/lib/process.mjs'
import { runAsProgram } from '../scripts/lib/program.mjs'
import { CONFIG, LABEL, PEER_ORDER, colourScale, titled } from './lib/chart-style.mjs'
import { count } from './lib/format.mjs'
import { OPERATIONS } from './lib/operations.mjs'

/** @typedef {import('./lib/types.js').Measured} Measured */
/** @typedef {import('vega-lite').TopLevelSpec} Spec */
/** @typedef {'circle' | 'stroke'} LegendSymbol */

/** The results of the last complete run, and the folder of their charts. */
export const LATEST = { file: join(root, 'benchmark', 'results', 'latest.json'), charts: join(root, 'docs', 'charts') }

/** Draws the charts of the last complete run. */
export function drawLatestCharts() {
  return drawCharts(JSON.parse(readFileSync(LATEST.file, 'utf8')), LATEST.charts)
}

/**
 * Draws the charts for which `results` has figures.
 * @param {Measured} results
 * @param {string} folder
 * @returns {Promise<string[]>} the files
 */
export async function drawCharts(results, folder) {
  mkdirSync(folder, { recursive: true })
  const files = []
  for (const [name, make] of Object.entries(CHARTS)) {
    const spec = make(results)
    if (!spec) continue
    const { spec: compiled } = compile({ ...spec, config: CONFIG })
    const view = new vega.View(vega.parse(compiled), { renderer: 'none' })
    const file = join(folder, `${name}.svg`)
    writeFileSync(file, `${await view.toSVG()}\n`)
    view.finalize()
    files.push(file)
  }
  return files
}

/** The grid lines of a logarithmic axis. */
const DECADES = [10, 100, 1e3, 1e4, 1e5, 1e6, 1e7]

/**
 * File name -> the function that makes its Vega-Lite specification, or gives undefined if there is nothing to show.
 * @type {Record<string, (results: Measured) => Spec | undefined>}
 */
const CHARTS = {
  throughput: ({ operations }) => {
    const values = operations.filter(({ kb, delay }) => kb === 1 && delay === 0)
    if (new Set(values.map(({ concurrency }) => concurrency)).size < 2) return undefined
    return {
      title: titled('Throughput', 'Sessions of 1 KB, database on the same machine; logarithmic scale'),
      data: { values },
      facet: {
        field: 'op',
        type: 'nominal',
        title: null,
        sort: OPERATIONS,
        header: { labelAnchor: 'start', labelPadding: 6 },
      },
      columns: 2,
      spacing: 28,
      spec: {
        width: 400,
        height: 220,
        encoding: {
          x: {
            field: 'concurrency',
            type: 'ordinal',
            title: 'operations in flight',
            axis: { labelAngle: 0, grid: false },
          },
          y: {
            field: 'perSecond',
            type: 'quantitative',
            title: 'operations per second',
            scale: { type: 'log' },
            axis: { format: '~s', values: DECADES },
          },
          color: colour(values, 'circle'),
        },
        layer: [
          { mark: { type: 'line', strokeWidth: 2.5, strokeJoin: 'round' } },
          { mark: { type: 'point', filled: true, size: 55, opacity: 1 } },
        ],
      },
      resolve: { axis: { x: 'independent', y: 'independent' } },
    }
  },

  'event-loop': ({ operations }) => {
    const values = operations.filter(({ kb, delay, concurrency }) => kb === 1 && delay === 0 && concurrency === 128)
    return bars({
      values,
      field: 'loopUs',
      groups: OPERATIONS.map((op) => ({ name: op, of: (value) => value.op === op })),
      title: titled('Event-loop time of one operation', 'Sessions of 1 KB, 128 operations in flight; less is better'),
      axis: 'µs for which the event loop is busy',
    })
  },

  http: ({ http }) =>
    bars({
      values: http,
      field: 'perSecond',
      groups: [
        { name: 'session is read', of: ({ route }) => route === 'read' },
        { name: 'session is changed', of: ({ route }) => route === 'write' },
      ],
      title: titled('An Express 5 application', [
        'Sessions of 1 KB, 64 connections; application, load generator',
        'and database share the machine. A session that is read is also',
        'touched, except by connect-mongodb-session, which has no touch',
      ]),
      axis: 'requests per second',
    }),

  latency: ({ operations }) => {
    const values = operations.filter(
      ({ peer, op, kb, concurrency }) => peer !== 'MemoryStore' && op === 'get' && kb === 1 && concurrency === 128,
    )
    const delays = [...new Set(values.map(({ delay }) => delay))].sort((one, other) => one - other)
    if (delays.length < 2) return undefined
    return bars({
      values,
      field: 'p99',
      tick: 'p50',
      groups: delays.map((ms) => ({
        name: ms === 0 ? 'database on the same machine' : `database ${ms} ms away`,
        of: ({ delay }) => delay === ms,
      })),
      title: titled('Latency of get', [
        'Sessions of 1 KB, 128 operations in flight; less is better',
        'Bar: 99th percentile; white line: median',
      ]),
      axis: 'ms',
    })
  },

  memory: ({ memory }) => {
    const values = memory.flatMap(({ peer, samples }) => samples.map(({ x, y }) => ({ peer, seconds: x, mb: y })))
    if (values.length === 0) return undefined
    return {
      title: titled('Memory under load', 'Mixed requests on sessions of 1 KB, 64 in flight'),
      data: { values },
      width: 620,
      height: 240,
      mark: { type: 'line', strokeWidth: 2.5 },
      encoding: {
        x: {
          field: 'seconds',
          type: 'quantitative',
          title: 'seconds',
          scale: { nice: false },
          axis: { grid: false, tickCount: 6 },
        },
        y: { field: 'mb', type: 'quantitative', title: 'resident memory of the process, MB', scale: { zero: true } },
        color: colour(values, 'stroke'),
      },
    }
  },
}

/**
 * Horizontal bars with numbers, one for each peer in each group.
 * @template {{ peer: string }} Value
 * @param {object} options
 * @param {Value[]} options.values
 * @param {keyof Value & string} options.field the number that a bar shows
 * @param {keyof Value & string} [options.tick] a second number, marked by a line
 * @param {{ name: string, of(value: Value): boolean }[]} options.groups
 * @param {Spec['title']} options.title
 * @param {string} options.axis the title of the axis
 * @returns {Spec | undefined}
 */
function bars({ values, field, groups, title, axis, tick }) {
  if (values.length === 0) return undefined
  const largest = Math.max(...values.map((value) => Number(value[field])))
  const shown = groups.filter(({ of }) => values.some(of))
  /** @type {import('vega-lite/types_unstable/channeldef.js').PositionFieldDef<string>} */
  const y = {
    field: 'peer',
    type: 'nominal',
    title: null,
    sort: PEER_ORDER,
    axis: { ticks: false, domain: false, minExtent: 165, labelLimit: 0, labelPadding: 8 },
  }
  /**
   * @param {{ name: string, of(value: Value): boolean }} group
   * @param {number} index
   * @returns {import('vega-lite/types_unstable/spec/index.js').NonNormalizedSpec}
   */
  const group = ({ name, of }, index) => {
    const last = index === shown.length - 1
    /** @type {import('vega-lite/types_unstable/channeldef.js').PositionFieldDef<string>} */
    const x = {
      field,
      type: 'quantitative',
      scale: { domain: [0, largest * 1.12], nice: false },
      axis: { tickCount: 6, labels: last, ticks: last, domain: false, title: last ? axis : null },
    }
    const height = { band: 0.72 }
    /** @type {import('vega-lite/types_unstable/spec/index.js').UnitSpec<string>[]} */
    const layer = [{ mark: { type: 'bar', height }, encoding: { color: colour(values) } }]
    if (tick) {
      const mark = /** @type {const} */ ({ type: 'tick', color: '#ffffff', thickness: 2.5, height })
      layer.push({ mark, encoding: { x: { ...x, field: tick } } })
    }
    layer.push({ mark: LABEL, encoding: { text: { field: 'label' } } })
    return {
      title: { text: name, anchor: 'start', frame: 'group', fontSize: 13.5, offset: 6 },
      data: { values: values.filter(of).map((value) => ({ ...value, label: count(Number(value[field])) })) },
      width: 520,
      height: { step: 25 },
      encoding: { x, y },
      layer,
    }
  }
  return { title, vconcat: shown.map(group), spacing: 14 }
}

/**
 * The colour of a peer.
 * @param {{ peer: string }[]} values
 * @param {LegendSymbol} [symbol] that of the key; without it, there is no key
 * @returns {import('vega-lite/types_unstable/channeldef.js').ColorDef<string>}
 */
function colour(values, symbol) {
  const scale = colourScale(new Set(values.map(({ peer }) => peer)))
  const legend = symbol ? { symbolType: symbol } : null
  return { field: 'peer', type: 'nominal', title: null, sort: PEER_ORDER, scale, legend }
}

await runAsProgram(import.meta.url, async () => {
  const [file = LATEST.file, folder = LATEST.charts] = process.argv.slice(2)
  const files = await drawCharts(JSON.parse(readFileSync(file, 'utf8')), folder)
  console.log(files.join('\n'))
})
