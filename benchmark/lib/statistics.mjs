// The statistics that the benchmark needs.

/** @typedef {import('./types.js').Measurement} Measurement */
/** @typedef {import('./types.js').Rounds} Rounds */

/**
 * The middle value; NaN if there are none.
 * @param {number[]} values
 */
export function median(values) {
  const sorted = Float64Array.from(values).sort()
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2
}

/**
 * The smallest value that is not exceeded by the given share of the values (nearest rank).
 * @param {Float64Array} sorted
 * @param {number} share from 0 to 1
 * @returns {number}
 */
export function percentile(sorted, share) {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]
}

/**
 * The slope of the line that fits the points best (least squares).
 * @param {import('./types.js').Point[]} points
 */
export function slope(points) {
  const meanX = points.reduce((sum, { x }) => sum + x, 0) / points.length
  const meanY = points.reduce((sum, { y }) => sum + y, 0) / points.length
  const covariance = points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0)
  const variance = points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0)
  return variance === 0 ? 0 : covariance / variance
}

/**
 * Combines the measurements of several rounds into one: the median of each number, the sum of the errors, and the lowest
 * and highest throughput.
 * @template {Measurement} M
 * @param {M[]} measurements at least one
 * @returns {M & Rounds}
 */
export function combine(measurements) {
  const entries = Object.keys(measurements[0] ?? {}).flatMap((key) => {
    const values = measurements.map((measurement) => Object(measurement)[key])
    const numbers = values.filter((value) => typeof value === 'number')
    return numbers.length > 0 ? [[key, median(numbers)]] : []
  })
  const throughputs = measurements.map(({ perSecond }) => perSecond)
  return {
    ...Object.fromEntries(entries),
    errors: measurements.reduce((sum, { errors }) => sum + errors, 0),
    firstError: measurements.find(({ firstError }) => firstError)?.firstError,
    rounds: measurements.length,
    lowest: Math.min(...throughputs),
    highest: Math.max(...throughputs),
  }
}
