// Tells people that something takes its time: what is being done at its start, and how long it has taken so far from time
// to time. Plain lines, which a terminal and a log show alike.

/** Between two lines, in ms. */
const INTERVAL = 20_000

/**
 * Prints what is being done until it is done. Resolves and rejects like the work.
 * @template T
 * @param {string} what
 * @param {string} estimate how long it takes, e.g. `about 2 minutes on two cores`
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withProgress(what, estimate, work) {
  console.log(`${what}: ${estimate}`)
  const startedAt = performance.now()
  const seconds = () => Math.round((performance.now() - startedAt) / 1000)
  const timer = setInterval(() => console.log(`${what}: ${seconds()} s so far`), INTERVAL)
  try {
    const result = await work()
    console.log(`${what}: done in ${seconds()} s`)
    return result
  } finally {
    clearInterval(timer)
  }
}
