// What a run shows: the figures of its table row, and what is wrong with it.

/** @typedef {import('./availability.mjs').Outage} Outage */
/** @typedef {import('./callers.mjs').Call} Call */
/** @typedef {import('./faults.mjs').Fault} Fault */
/** @typedef {import('./run.mjs').Result} Result */
/** @typedef {ReturnType<typeof figuresOf>} Figures */

/** How long an operation may take besides the times for which no store can be blamed, in ms. */
const ALLOWED = 5000

/**
 * The figures of a run. Times are in milliseconds.
 * @param {Result} result
 */
export function figuresOf({ calls, faults, outages, anomalies, lost, hiccup }) {
  const excused = excusedBy(faults, outages)
  return {
    operations: calls.length,
    errors: calls.filter(({ error }) => error !== undefined).length,
    longest: longest(calls, ({ start, answeredAt }) => answeredAt - start),
    outage: longest(outages, ({ from, to }) => to - from),
    stall: longest(calls, (call) => stallOf(call, excused)),
    lost: lost.length,
    undone: anomalies.length - lost.length,
    hiccup,
  }
}

/**
 * The longest of some times; 0 if there is none. There may be too many for the arguments of `Math.max`.
 * @template T
 * @param {T[]} values
 * @param {(value: T) => number} timeOf
 */
function longest(values, timeOf) {
  return values.reduce((most, value) => Math.max(most, timeOf(value)), 0)
}

/**
 * The times for which no store can be blamed: outages, and networks so slow that operations on one session, which wait for
 * each other, add up to many seconds. They do not overlap.
 * @param {Fault[]} faults
 * @param {Outage[]} outages
 */
function excusedBy(faults, outages) {
  const slow = faults.filter(({ isSlow }) => isSlow)
  return [...slow, ...outages.filter((outage) => slow.every(({ from, to }) => outage.to < from || to < outage.from))]
}

/**
 * How long an operation took, without these times.
 * @param {Call} call
 * @param {Outage[]} excused
 */
export function stallOf({ start, answeredAt }, excused) {
  const overlaps = excused.map(({ from, to }) => Math.max(0, Math.min(answeredAt, to) - Math.max(start, from)))
  return answeredAt - start - overlaps.reduce((sum, ms) => sum + ms, 0)
}

/**
 * What breaks the store's promises, in words.
 * @param {Figures} figures
 */
export function brokenPromises({ errors, stall, lost, undone, hiccup }) {
  return [
    errors > 0 && `${errors} errors`,
    stall > ALLOWED + hiccup && `a stall of ${Math.round(stall)} ms while the servers took writes`,
    lost > 0 && `${lost} answers that lack an acknowledged write`,
    undone > 0 && `${undone} answers that show an undone logout`,
  ].filter((broken) => broken !== false)
}
