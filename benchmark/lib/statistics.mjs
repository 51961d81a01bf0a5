// The few figures of statistics that the benchmark needs.

/** The middle value; undefined of nothing. */
export function median(values) {
  if (values.length === 0) return undefined
  const sorted = Float64Array.from(values).sort()
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** The value that a share of the sorted values doesn't exceed (nearest rank). */
export function percentile(sorted, share) {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]
}

/** The slope of the line that fits the points `{ x, y }` best (least squares). */
export function slope(points) {
  const meanX = points.reduce((sum, { x }) => sum + x, 0) / points.length
  const meanY = points.reduce((sum, { y }) => sum + y, 0) / points.length
  const covariance = points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0)
  const variance = points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0)
  return variance === 0 ? 0 : covariance / variance
}

/**
 * One measurement of several: the median of each number in them, with errors and wrong answers added up, and the
 * lowest and highest throughput beside.
 */
export function combine(measurements) {
  const [first] = measurements
  const combined = {}
  for (const key of Object.keys(first)) {
    const values = measurements.map((measurement) => measurement[key]).filter((value) => typeof value === 'number')
    if (values.length > 0) combined[key] = median(values)
  }
  combined.errors = measurements.reduce((sum, { errors }) => sum + errors, 0)
  combined.firstError = measurements.find(({ firstError }) => firstError)?.firstError
  const throughputs = measurements.map(({ perSecond }) => perSecond)
  return {
    ...combined,
    rounds: measurements.length,
    lowest: Math.min(...throughputs),
    highest: Math.max(...throughputs),
  }
}
