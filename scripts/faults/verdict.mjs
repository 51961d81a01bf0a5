// What a run shows: the figures of its table row, and what is wrong with it.

/** @typedef {import('./availability.mjs').Outage} Outage */
/** @typedef {import('./callers.mjs').Call} Call */
/** @typedef {import('./run.mjs').Result} Result */
/** @typedef {ReturnType<typeof figuresOf>} Figures */

/** How long an operation may take besides the time in which the servers took no writes, in ms. */
const ALLOWED = 5000

/**
 * The figures of a run. Times are in milliseconds.
 * @param {Result} result
 */
export function figuresOf({ calls, outages, anomalies, lost, hiccup }) {
  return {
    operations: calls.length,
    errors: calls.filter(({ error }) => error !== undefined).length,
    longest: Math.max(...calls.map(({ start, answeredAt }) => answeredAt - start)),
    outage: Math.max(0, ...outages.map(({ from, to }) => to - from)),
    stall: Math.max(...calls.map((call) => stallOf(call, outages))),
    lost: lost.length,
    undone: anomalies.length - lost.length,
    hiccup,
  }
}

/**
 * How long an operation took, without the time in which the servers took no writes.
 * @param {Call} call
 * @param {Outage[]} outages
 */
export function stallOf({ start, answeredAt }, outages) {
  const overlaps = outages.map(({ from, to }) => Math.max(0, Math.min(answeredAt, to) - Math.max(start, from)))
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
