// loom runs small models of the code that threads share, in the orders in which threads can reach it, and with every value that
// a relaxed atomic may have then.

import { cargo } from '../lib/process.mjs'

/** How often threads are interrupted within one order. More takes very long, and finds little: loom's authors advise 2 or 3. */
const INTERRUPTIONS = '3'

/** Runs the models. Resolves with an exit code. */
export function loom() {
  const env = { LOOM_MAX_PREEMPTIONS: INTERRUPTIONS }
  return cargo(['test', '--lib', '--features', 'loom', 'models::'], { env })
}
