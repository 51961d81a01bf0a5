'use strict'

// Load on a store while its server is disturbed.

const { within } = require('./wait.js')

/**
 * Calls `work(worker, n)` repeatedly in `workers` concurrent loops until `stop()`. The returned object counts the
 * `answered` calls and collects the `errors`.
 */
function startLoad(workers, work) {
  const load = { answered: 0, errors: [], running: true, stop }
  const loops = Array.from({ length: workers }, async (_, worker) => {
    for (let n = 0; load.running; n += 1) {
      try {
        await work(worker, n)
        load.answered += 1
      } catch (error) {
        load.errors.push(error)
      }
    }
  })
  async function stop() {
    load.running = false
    await within('the end of the load', Promise.all(loops))
  }
  return load
}

module.exports = { startLoad }
