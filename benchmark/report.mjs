// The report that a run prints at its end: all figures, the targets, and what went wrong.

import { count, kilobytes, table } from './lib/format.mjs'
import { nameOf } from './measure/operations.mjs'
import { PEERS } from './peers.mjs'

/** @typedef {import('./lib/types.js').Results} Results */

/**
 * The report as text.
 * @param {Results} results
 */
export function report(results) {
  /** @type {[title: string, text: string | undefined][]} */
  const sections = [
    ['Operations, per second', operations(results, ({ perSecond }) => count(perSecond))],
    [
      'Latency, p50 / p99 / p99.9 in ms',
      operations(results, ({ p50, p99, p999 }) => [p50, p99, p999].map(precise).join(' / ')),
    ],
    ['Event-loop time per operation, µs', operations(results, ({ loopUs }) => count(loopUs))],
    ['CPU time per operation, client + server, µs', operations(results, cpu)],
    ['Memory of the process, MB', operations(results, ({ rssMb }) => count(rssMb))],
    ['Express 5 under 64 connections', http(results)],
    ['get of 1KB while one session of 15MB is read and written without a pause', large(results)],
    ['Encrypted sessions of 1KB', encryption(results)],
    ['Memory under mixed load', memory(results)],
    ['Time of require, ms', loading(results)],
    ['Targets', targets(results)],
    ['Went wrong', problems(results)],
  ]
  return sections
    .filter(([, text]) => text)
    .map(([title, text]) => `${title}\n\n${text}\n`)
    .join('\n')
}

/**
 * A table with a row for each case and a column for each peer.
 * @param {Results} results
 * @param {(result: import('./lib/types.js').OperationResult) => string} cell
 */
function operations({ operations: all }, cell) {
  if (all.length === 0) return undefined
  const peers = PEERS.filter(({ name }) => all.some(({ peer }) => peer === name))
  const names = [...new Set(all.map(nameOf))]
  const rows = names.map((name) => [
    name,
    ...peers.map((peer) => {
      const result = all.find((candidate) => candidate.peer === peer.name && nameOf(candidate) === name)
      return result && cell(result)
    }),
  ])
  return table(['', ...peers.map(({ name }) => name)], rows)
}

/** @param {Results} results */
function http({ http: all }) {
  if (all.length === 0) return undefined
  return table(
    ['', 'requests/s', 'p50, ms', 'p99, ms', 'event loop, µs', 'CPU, µs', 'server CPU, µs'],
    all.map((result) => [
      `${result.route}, ${result.peer}`,
      ...[result.perSecond, result.p50, result.p99, result.loopUs, result.cpuUs, result.serverUs].map(count),
    ]),
  )
}

/** @param {Results} results */
function large({ large: all }) {
  if (all.length === 0) return undefined
  return table(
    ['', 'p99, ms', 'per second', 'large per second', 'JSON of a large session, ms'],
    all.flatMap(({ peer, alone, others, beside }) => [
      [`${peer}, alone`, ...largeColumns(alone)],
      [`${peer}, beside another process`, ...largeColumns(others)],
      [`${peer}, in the same process`, ...largeColumns(beside)],
    ]),
  )
}

/** @param {Results} results */
function encryption({ encryption: all }) {
  if (all.length === 0) return undefined
  return table(
    ['', 'per second', 'p50, ms', 'p99, ms', 'event loop, µs', 'event-loop delay p99, ms'],
    all.map((result) => [
      `${result.op}@${result.concurrency}, ${result.peer}`,
      ...[result.perSecond, result.p50, result.p99, result.loopUs, result.delayP99].map(count),
    ]),
  )
}

/** @param {import('./lib/types.js').LargeMeasurement} measurement */
function largeColumns({ p99, perSecond, largePerSecond, jsonMs }) {
  return [p99, perSecond, largePerSecond, jsonMs].map(count)
}

/** @param {Results} results */
function memory({ memory: all }) {
  if (all.length === 0) return undefined
  return table(
    ['', 'MB at the end', 'growth, MB/min', 'per second'],
    all.map(({ peer, finalMb, growth, perSecond }) => [peer, count(finalMb), growth.toFixed(1), count(perSecond)]),
  )
}

/** @param {Results} results */
function loading({ loading: all }) {
  if (all.length === 0) return undefined
  return table(
    ['', 'loaded before', 'ms'],
    all.map(({ peer, preloaded, ms }) => [peer, preloaded.join(', '), count(ms)]),
  )
}

/** @param {Results} results */
function targets({ targets: all }) {
  return table(
    ['', 'wanted', 'measured', 'reached'],
    all.map(({ name, wanted, measured, reached }) => [
      name,
      wanted,
      measured === undefined ? 'not measured' : measured.toFixed(2),
      reached === undefined ? '–' : reached ? 'yes' : 'no',
    ]),
  )
}

/**
 * What went wrong, a line each.
 * @param {Results} results
 */
function problems({ failures, operations: all, http: requests, large: beside, memory: load, encryption: encrypted }) {
  const lines = Object.entries(failures).map(([name, reason]) => `${name} was left out: ${reason}`)
  const measured = [
    ...all.map((result) => ({ name: `${result.peer}, ${nameOf(result)}`, result })),
    ...requests.map((result) => ({ name: `${result.peer}, http ${result.route}`, result })),
    ...beside.flatMap(({ peer, largeKb, others, beside: same }) =>
      [others, same].map((result) => ({ name: `${peer}, get beside ${kilobytes(largeKb)}`, result })),
    ),
    ...encrypted.map((result) => ({ name: `${result.peer}, ${result.op}@${result.concurrency}`, result })),
    ...load.map((result) => ({ name: `${result.peer}, memory`, result })),
  ]
  for (const { name, result } of measured) {
    if (result.errors > 0) lines.push(`${name}: ${result.errors} errors, the first: ${result.firstError}`)
  }
  return lines.join('\n')
}

/** @param {import('./lib/types.js').Spent} result */
function cpu({ cpuUs, serverUs }) {
  return `${count(cpuUs)} + ${count(serverUs)}`
}

/**
 * A latency, with more digits if it is short.
 * @param {number | undefined} ms
 */
function precise(ms) {
  if (ms === undefined) return '–'
  return ms.toFixed(ms < 10 ? 2 : 1)
}
