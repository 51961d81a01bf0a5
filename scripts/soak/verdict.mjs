// What a run shows: its figures, and what is wrong with them.

import { median, slope } from '../../benchmark/lib/statistics.mjs'
import { COUNTS } from './level.mjs'

/** @typedef {import('./level.mjs').Level} Level */
/** @typedef {import('./run.mjs').Result} Result */
/** @typedef {ReturnType<typeof figuresOf>} Figures */

/** How much memory may grow, in MB per minute. */
const ALLOWED = 1
/** How long memory must be measured to tell growth from chance, in minutes. */
const ENOUGH = 3
/** Samples that tell how much memory there is at the beginning and at the end: one alone depends on the moment. */
const TYPICAL = 5

/**
 * The figures of a run. Growth is that of the line that fits all samples best (least squares), in units per minute.
 * @param {Result} result
 */
export function figuresOf({ warmUp, measured }) {
  const { samples } = measured
  /** @param {keyof Level} name */
  const growthOf = (name, unit = 1) => slope(samples.map((sample) => ({ x: sample.at / 60_000, y: sample[name] / unit })))
  const rss = samples.map((sample) => sample.rss / MB)
  return {
    minutes: (Number(samples.at(-1)?.at) - Number(samples.at(0)?.at)) / 60_000,
    operations: measured.operations,
    refused: measured.refused,
    errors: warmUp.errors + measured.errors,
    wrong: warmUp.wrong + measured.wrong,
    messages: [...warmUp.messages.errors, ...warmUp.messages.wrong, ...measured.messages.errors, ...measured.messages.wrong],
    stores: measured.stores,
    faults: measured.faults.length,
    rss: { first: median(rss.slice(0, TYPICAL)), last: median(rss.slice(-TYPICAL)), growth: growthOf('rss', MB) },
    heap: { growth: growthOf('heap', MB), before: warmUp.rest.heap / MB, after: measured.rest.heap / MB },
    growth: Object.fromEntries(COUNTS.map((count) => [count, growthOf(count)])),
    rest: { before: { ...warmUp.rest, ...warmUp.connections }, after: { ...measured.rest, ...measured.connections } },
  }
}
