// What a run shows: its figures, and what is wrong with them.

import { median, slope } from '../../benchmark/lib/statistics.mjs'
import { COUNTS } from './level.mjs'

/** @typedef {import('./level.mjs').Count} Count */
/** @typedef {import('./level.mjs').Level} Level */
/** @typedef {import('./run.mjs').Result} Result */
/** @typedef {ReturnType<typeof figuresOf>} Figures */

const MB = 1e6
/** How much memory may grow, in MB per minute. */
const ALLOWED_MB = 1
/**
 * By how much the counts of idle stores vary without the addon. The drivers of npm measure the round trip to each member through a
 * connection of its own, with a timer. They give it up when that member is away, until they lose the member once more. That
 * is one for each of six stores and three members. What each store keeps after each fault would be far more.
 * @type {Record<Count, number>}
 */
const VARYING = { fds: 18, sockets: 18, threads: 0, handles: 36 }
/** How long a run must be measured to tell growth from chance, in minutes. */
const ENOUGH = 5
/** Of so many samples in a row, the lowest counts: what is under way at the moment of a sample comes on top of what is kept. */
const IN_A_ROW = 6
/** The samples at each end whose median is shown: a single one depends on the moment. */
const TYPICAL = 5
/** Members of a replica set have connections to each other. After faults their number varies by so many. */
const OWN_CONNECTIONS = 30

/**
 * The figures of a run. `growth` is the slope of the line that fits the lowest samples best (least squares), per minute.
 * @param {Result} result
 */
export function figuresOf({ warmUp, measured }) {
  const { samples, operations, refused, stores, faults } = measured
  const [first, last] = [samples[0], samples[samples.length - 1]]
  /** @param {'rss' | 'heap'} name */
  const growthOf = (name) =>
    slope(lowestOf(samples.map(({ at, [name]: bytes }) => ({ x: at / 60_000, y: bytes / MB }))))
  /** @param {typeof samples} some */
  const rssOf = (some) => median(some.map(({ rss }) => rss / MB))
  return {
    minutes: (last.at - first.at) / 60_000,
    ...{ operations, refused, stores, faults: faults.length },
    errors: warmUp.errors + measured.errors,
    wrong: warmUp.wrong + measured.wrong,
    messages: [warmUp, measured].flatMap(({ messages }) => [...messages.errors, ...messages.wrong]),
    rss: { first: rssOf(samples.slice(0, TYPICAL)), last: rssOf(samples.slice(-TYPICAL)) },
    growth: { rss: growthOf('rss'), heap: growthOf('heap') },
    hasAddon: measured.hasAddon,
    idle: { before: warmUp.idle, after: measured.idle },
    before: { ...warmUp.rest, connections: warmUp.connections },
    after: { ...measured.rest, connections: measured.connections },
  }
}

/**
 * The lowest of each few points in a row.
 * @param {{ x: number, y: number }[]} points
 */
function lowestOf(points) {
  const rows = Array.from({ length: Math.ceil(points.length / IN_A_ROW) }, (_, row) =>
    points.slice(row * IN_A_ROW, (row + 1) * IN_A_ROW),
  )
  return rows.map((row) => row.reduce((low, point) => (point.y < low.y ? point : low)))
}

/**
 * Whether the run was long enough to judge growth.
 * @param {Figures} figures
 */
export function isLongEnough({ minutes }) {
  return minutes >= ENOUGH
}

/**
 * What is wrong, in words.
 * @param {Figures} figures
 * @returns {string[]}
 */
export function flawsOf(figures) {
  const { errors, wrong, growth, hasAddon, idle, before, after } = figures
  const { left } = after.connections
  const more = after.connections.all - before.connections.all
  return [
    errors > 0 && `${errors} errors`,
    wrong > 0 && `${wrong} wrong answers`,
    left > 0 && `${left} connections of stores that were closed`,
    more > OWN_CONNECTIONS && `${more} connections more at the servers`,
    after.stores > 0 && `${after.stores} closed stores still in memory`,
    ...added(idle, 'while the stores are idle', hasAddon ? {} : VARYING),
    ...added({ before, after }, 'at rest'),
    ...(isLongEnough(figures) ? growing(growth) : []),
  ].filter((flaw) => flaw !== false)
}

/**
 * What is counted, and is more than before.
 * @param {{ before: Level, after: Level }} levels
 * @param {string} when
 * @param {Partial<Record<Count, number>>} [allowed]
 */
function added({ before, after }, when, allowed = {}) {
  return COUNTS.map((name) => {
    const more = after[name] - before[name]
    return more > (allowed[name] ?? 0) && `${more} ${name} more ${when}`
  })
}

/** @param {Figures['growth']} growth */
function growing({ rss, heap }) {
  return [
    rss >= ALLOWED_MB && `resident memory grows by ${rss.toFixed(2)} MB per minute`,
    heap >= ALLOWED_MB && `the JavaScript heap grows by ${heap.toFixed(2)} MB per minute`,
  ]
}
